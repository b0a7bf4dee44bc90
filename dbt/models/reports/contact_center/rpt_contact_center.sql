-- One row per window, KPI counted from contacts and channel (or all): value, spread and what to know about it, in
-- words.
with kpis as (

    select
        kpis.*,
        case
            when kpis.unit_kind = 'ratio' then 'How often?'
            when measures.fact = 'contact_outcomes' then 'How easy?'
            else 'How long?'
        end as question,
        row_number() over (order by kpis.unit_kind <> 'seconds', kpis.direction = 'neutral', kpis.kpi_id) as position
    from {{ ref('dim_kpis') }} as kpis
    inner join {{ ref('dim_measures') }} as measures on kpis.numerator_measure = measures.measure_id
    where
        measures.fact in ('contacts', 'contact_outcomes')
        or (measures.fact = 'order_cohorts' and kpis.unit_kind = 'ratio')

),

windows as (

    select distinct grain as window_id, period_start as window_start, period_end as window_end
    from {{ ref('dim_periods') }}
    where grain like 'last_%'

),

measured as (

    select *, coalesce(channel, 'all') as shown_channel
    from {{ ref('fct_touchpoint_kpis') }}
    where scope_kind = 'company' and dimension_set in ('total', 'channel') and grain like 'last_%'

),

places as (

    select windows.*, kpis.kpi_id, 'all' as channel
    from windows
    cross join kpis
    union
    select windows.*, measured.kpi_id, measured.shown_channel
    from measured
    inner join windows on measured.grain = windows.window_id
    inner join kpis on measured.kpi_id = kpis.kpi_id

),

unmatched as (

    select grain, shown_channel, value from measured where kpi_id = 'contacts_without_customer'

)

select
    places.window_id, places.window_start, places.window_end, kpis.question, kpis.position, places.kpi_id,
    kpis.kpi_name, places.channel,
    coalesce(measured.n, 0) as n,
    measured.value,
    measured.value_lower,
    measured.value_upper,
    case when measured.value is not null then quantiles.median end as median,
    case when measured.value is not null then quantiles.p90 end as p90,
    coalesce(measured.status, case when kpis.is_measurable then 'no_data' else 'not_measurable' end) as status,
    kpis.unit,
    kpis.direction,
    case when places.channel = 'all' then coalesce(trends.trend, 'unclear') end as trend,
    {{ value_text('measured.value', 'kpis.unit_kind', 'kpis.unit') }} as value_text,
    '± '
    || {{ margin_text('(measured.value_upper - measured.value_lower) / 2', 'kpis.unit_kind', 'measured.value') }}
        as interval_text,
    case when measured.value is not null then {{ value_text('quantiles.median', 'kpis.unit_kind', 'kpis.unit') }} end
        as median_text,
    case when measured.value is not null then {{ value_text('quantiles.p90', 'kpis.unit_kind', 'kpis.unit') }} end
        as p90_text,
    nullif(concat_ws(
        '; ',
        case
            when not kpis.is_measurable then kpis.not_measurable_reason
            when
                measured.kpi_id is null and kpis.maturity_days is not null
                then 'known once ' || kpis.maturity_days || ' days have passed: nothing in this period is known yet'
            when measured.kpi_id is null then 'nothing counted in this period'
            when measured.status = 'no_data' then 'nothing to divide by in this period'
            when measured.status = 'hidden' then 'fewer than 5: not shown'
            when measured.status = 'grey' then 'fewer than ' || kpis.minimum_n || ': too few to judge'
        end,
        case
            when
                measured.value is not null and kpis.window_shift_days > 0
                then
                    'counted up to '
                    || {{ written_date('places.window_end - kpis.window_shift_days') }}
                    || ', later days are not known yet'
        end,
        kpis.late_tables,
        case
            when
                kpis.kpi_id = 'first_contact_resolution' and unmatched.value is not null
                then printf('%.1f %% of contacts fit no customer and are left out', 100 * unmatched.value)
        end
    ), '') as note
from places
inner join kpis using (kpi_id)
left join
    measured
    on places.window_id = measured.grain and places.kpi_id = measured.kpi_id and places.channel = measured.shown_channel
left join unmatched on places.window_id = unmatched.grain and places.channel = unmatched.shown_channel
left join {{ ref('fct_touchpoint_windows') }} as trends
    on
        places.window_id = trends.grain
        and places.kpi_id = trends.kpi_id
        and trends.scope_kind = 'company'
        and places.channel = 'all'
left join {{ ref('fct_kpi_quantiles') }} as quantiles
    on
        places.window_id = quantiles.grain
        and places.kpi_id = quantiles.kpi_id
        and quantiles.scope_kind = 'company'
        and places.channel = coalesce(quantiles.channel, 'all')
