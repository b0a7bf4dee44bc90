{{ config(materialized='table') }}

-- Every combination of event type and attributes that occurs, numbered, with its first day.
with kinds as (

    select event_type, source, channel, payment_method, queue, topic, carrier, supplier_id, event_date as first_date
    from {{ ref('int_event_days') }}
    union all
    {{ list_fact_kinds(measured_facts() | rejectattr('is_placed') | list) }}

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
    supplier_id,
    min(first_date) as first_date
from kinds
group by event_type, source, channel, payment_method, queue, topic, carrier, supplier_id
