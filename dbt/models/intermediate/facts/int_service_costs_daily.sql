{{ config(materialized='table') }}

-- Costs of service: each month's costs of a channel's contacts are shared out over their handling time, those of
-- redeliveries over extra attempts, those of returns over returned lines.
with work as (

    select
        'contact' as kind,
        channel as cost_channel,
        event_date,
        'contact_' || channel as event_type,
        source,
        channel,
        queue,
        topic,
        cast(null as varchar) as carrier,
        cast(null as varchar) as supplier_id,
        segment,
        segment_before,
        handled_count as events_count,
        handle_seconds_total as quantity
    from {{ ref('int_contacts_daily') }}
    union all
    select
        'redelivery',
        cast(null as varchar),
        event_date,
        'delivered',
        source,
        cast(null as varchar),
        cast(null as varchar),
        cast(null as varchar),
        carrier, supplier_id, segment, segment_before, extra_attempts_count, extra_attempts_count
    from {{ ref('int_deliveries_daily') }}
    union all
    select
        'return',
        cast(null as varchar),
        {{ local_date('lines.returned_at') }} as event_date,
        'returned',
        lines._source,
        cast(null as varchar),
        cast(null as varchar),
        cast(null as varchar),
        cast(null as varchar),
        cast(null as varchar),
        segments.segment,
        segments.segment_before,
        count(*),
        count(*)
    from {{ ref('int_order_lines') }} as lines
    left join
        {{ ref('int_event_segments') }} as segments
        on segments.fact = 'returns' and lines._key = segments.event_key
    where lines.returned_at is not null
    group by all

),

shared as (

    select *, quantity / sum(quantity) over (partition by kind, cost_channel, date_trunc('month', event_date)) as share
    from work
    where quantity > 0

)

select
    shared.event_date,
    shared.kind,
    shared.event_type,
    shared.source,
    shared.channel,
    shared.queue,
    shared.topic,
    shared.carrier,
    shared.supplier_id,
    shared.segment,
    shared.segment_before,
    shared.events_count,
    shared.quantity,
    shared.cost_channel,
    -- six decimals, so that sums do not depend on the order of the rows
    round(shared.share * costs.amount, 6) as service_cost_total,
    0 as service_cost_total_sq,
    0 as service_cost_total_cube
from shared
inner join {{ ref('int_monthly_costs') }} as costs
    on
        shared.kind = costs.kind
        and shared.cost_channel is not distinct from costs.cost_channel
        and date_trunc('month', shared.event_date) = costs.cost_month
