{{ config(materialized='parted', parts='fct_period_fingerprints', part_columns=['grain', 'period_start']) }}
-- depends_on: {{ ref('fct_period_fingerprints') }}
-- One row per KPI that is a mean, touchpoint (or the company, also by channel) and period: exact median and 90th
-- percentile of its single values.
with placed as (

    select
        kpis.kpi_id,
        kpis.version as kpi_version,
        kpis.window_shift_days,
        single_values.touchpoint_id,
        single_values.channel,
        single_values.event_date as local_date,
        single_values.value
    from {{ ref('int_single_values') }} as single_values
    inner join {{ ref('dim_kpi_versions') }} as kpis
        on
            single_values.measure_id = kpis.numerator_measure
            and single_values.event_date >= kpis.first_date
            and single_values.event_date < kpis.until_date
),

scoped as (

    select
        kpi_id,
        kpi_version,
        window_shift_days,
        'touchpoint' as scope_kind,
        touchpoint_id,
        'total' as dimension_set,
        cast(null as varchar) as channel,
        local_date,
        value
    from placed
    union all
    select
        kpi_id, kpi_version, window_shift_days, 'company', cast(null as varchar), 'total', cast(null as varchar),
        local_date, value
    from placed
    union all
    select
        kpi_id, kpi_version, window_shift_days, 'company', cast(null as varchar), 'channel', channel, local_date, value
    from placed

)

{% for shift, is_window in [('0', 'false'), ('scoped.window_shift_days', 'true')] %}
select
    scoped.kpi_id,
    scoped.scope_kind,
    scoped.touchpoint_id,
    scoped.dimension_set,
    scoped.channel,
    periods.grain,
    periods.period_start,
    {{ quantile('scoped.value', 0.5) }} as median,
    {{ quantile('scoped.value', 0.9) }} as p90
from scoped
inner join {{ ref('dim_periods') }} as periods
    on scoped.local_date + {{ shift }} = periods.local_date and (periods.grain like 'last_%') = {{ is_window }}
{{ leave_out_older_versions('scoped.kpi_id', 'scoped.kpi_version') }}  -- noqa: LT02
    and periods.grain not like '%before_last_%'
    and {{ in_made_parts(['periods.grain', 'periods.period_start']) }}
group by
    scoped.kpi_id,
    scoped.scope_kind,
    scoped.touchpoint_id,
    scoped.dimension_set,
    scoped.channel,
    periods.grain,
    periods.period_start
{% if not loop.last %}union all{% endif %}
{% endfor %}
