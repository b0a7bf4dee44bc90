{{ config(materialized='table') }}

-- Every combination of event type and attributes that occurs, numbered.
with kinds as (

    select event_type, source, channel, payment_method, queue, topic, carrier, supplier_id
    from {{ ref('int_event_days') }}
    union
    select event_type, source, channel, payment_method, queue, topic, carrier, supplier_id
    from {{ ref('int_measured_facts') }}

)

select
    row_number()
        over (order by event_type, source, channel, payment_method, queue, topic, carrier, supplier_id)
        as event_kind_id,
    event_type,
    source,
    channel,
    payment_method,
    queue,
    topic,
    carrier,
    supplier_id
from kinds
