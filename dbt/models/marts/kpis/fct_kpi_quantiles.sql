-- One row per KPI that is a mean, touchpoint (or the company, also by channel) and period: exact median and 90th
-- percentile of its single values.
with single_values as (

    select
        'net_revenue' as measure_id,
        'order_placed' as event_type,
        _source as source,
        coalesce(channel, 'unknown') as channel,
        payment_method,
        cast(null as varchar) as queue,
        cast(null as varchar) as topic,
        cast(null as varchar) as carrier,
        cast(null as varchar) as supplier_id,
        event_date, kept_net_amount as value
    from {{ ref('int_orders__valued') }}
    where kept_net_amount is not null
    union all
    select
        'wait_seconds', 'contact_' || channel, _source, channel, cast(null as varchar),
        queue, topic, cast(null as varchar), cast(null as varchar), event_date, answered_wait_seconds
    from {{ ref('int_contacts__judged') }}
    where answered_wait_seconds is not null
    union all
    select
        'handle_seconds', 'contact_' || channel, _source, channel, cast(null as varchar),
        queue, topic, cast(null as varchar), cast(null as varchar), event_date, handle_seconds
    from {{ ref('int_contacts__judged') }}
    where handle_seconds is not null
    union all
    select
        'first_response_seconds', 'contact_' || channel, _source, channel, cast(null as varchar),
        queue, topic, cast(null as varchar), cast(null as varchar), event_date, first_response_business_seconds
    from {{ ref('int_contacts__responses') }}

),

placed as (

    select
        kpis.kpi_id,
        kpis.version as kpi_version,
        kpis.window_shift_days,
        coalesce(map.touchpoint_id, 'unmapped') as touchpoint_id,
        single_values.channel,
        single_values.event_date as local_date,
        single_values.value
    from single_values
    inner join {{ ref('dim_kpi_versions') }} as kpis
        on
            single_values.measure_id = kpis.numerator_measure
            and single_values.event_date >= kpis.first_date
            and single_values.event_date < kpis.until_date
    {{ join_event_map('single_values') }}

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
    and periods.grain not like 'before_%'
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
