{{ config(materialized='table') }}

-- One row per single value behind a KPI that is a mean: an order, a contact or a first response, with its touchpoint.
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

)

select
    single_values.measure_id,
    coalesce(map.touchpoint_id, 'unmapped') as touchpoint_id,
    single_values.channel,
    single_values.event_date,
    single_values.value
from single_values
{{ join_event_map('single_values') }}
