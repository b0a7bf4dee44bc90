-- One row per component and window: the figure that decides its status, or the reason why there is none.
with windows as (

    select distinct grain as window_id, period_start as window_start, period_end as window_end
    from {{ ref('dim_periods') }}
    where grain like 'last_%'

),

places as (

    select
        members.component_id,
        count(*) as touchpoints_count,
        string_agg(members.touchpoint_id, ',' order by touchpoints.touchpoint_name) as touchpoints,
        string_agg(touchpoints.touchpoint_name, ', ' order by touchpoints.touchpoint_name) as touchpoint_names
    from {{ ref('dim_component_touchpoints') }} as members
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    group by members.component_id

)

select
    components.component_id,
    components.component_name,
    components.kind,
    components.owner_department,
    components.is_visible,
    components.is_declared,
    components.first_seen_date, components.is_news,
    places.touchpoints, places.touchpoint_names,
    windows.window_id, windows.window_start, windows.window_end,
    components.kpi_id,
    kpis.kpi_name,
    coalesce(figures.n, 0) as n,
    figures.value,
    figures.value_lower,
    figures.value_upper,
    figures.target, figures.lower_bound, figures.previous_value,
    coalesce(figures.trend, 'unclear') as trend,
    case
        when
            components.kpi_id is null or places.touchpoints_count is null or not kpis.is_measurable
            then 'not_measurable'
        else coalesce(figures.status, 'no_data')
    end as status,
    case
        when
            not components.is_declared
            then 'not measured: seen in the data, but nobody has named its owner and KPI yet'
        when components.kpi_id is null then 'not measured: no KPI is named for it'
        when places.touchpoints_count is null then 'not measured: no touchpoint is named for it'
        when not kpis.is_measurable then 'not measured: ' || replace(kpis.not_measurable_reason, 'not measurable: ', '')
        when figures.status is null then 'nothing counted in this period'
        else figures.reason
    end as reason,
    kpis.unit, kpis.unit_kind, kpis.direction
from {{ ref('dim_components') }} as components
cross join windows
left join places using (component_id)
left join {{ ref('dim_kpis') }} as kpis using (kpi_id)
left join {{ ref('fct_touchpoint_windows') }} as figures
    on
        components.component_id = figures.component_id
        and components.kpi_id = figures.kpi_id
        and windows.window_id = figures.grain
