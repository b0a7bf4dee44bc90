-- One row per window and touchpoint that promises something: how often it was kept, by the KPI the promise names.
with windows as (

    select distinct grain as window_id from {{ ref('dim_periods') }} where grain like 'last_%'

),

promised as (

    select touchpoint_id, touchpoint_name, promise, promise_kpi_id as kpi_id
    from {{ ref('dim_touchpoints') }}
    where promise is not null

)

select
    windows.window_id, promised.touchpoint_id, promised.touchpoint_name, promised.promise,
    promised.kpi_id,
    kpis.kpi_name,
    coalesce(figures.n, 0) as n,
    figures.value,
    figures.value_lower,
    figures.value_upper,
    figures.target,
    case
        when promised.kpi_id is null or not kpis.is_measurable then 'not_measurable'
        else coalesce(figures.status, 'no_data')
    end as status,
    coalesce(figures.trend, 'unclear') as trend,
    case
        when promised.kpi_id is null then 'not measured: no KPI is named for it'
        when not kpis.is_measurable then 'not measured: ' || replace(kpis.not_measurable_reason, 'not measurable: ', '')
        when figures.value is null then coalesce(figures.reason, 'nothing promised in this period')
        else 'kept ' || {{ value_text('figures.value', 'kpis.unit_kind', 'kpis.unit') }} || ', n ' || figures.n
    end as kept_text
from promised
cross join windows
left join {{ ref('dim_kpis') }} as kpis using (kpi_id)
left join {{ ref('fct_touchpoint_windows') }} as figures
    on
        figures.scope_kind = 'touchpoint'
        and windows.window_id = figures.grain
        and promised.kpi_id = figures.kpi_id
        and promised.touchpoint_id = figures.touchpoint_id
