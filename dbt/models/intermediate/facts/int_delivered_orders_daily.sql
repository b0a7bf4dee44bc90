{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('delivered_orders') }}",
    post_hook="{{ end_days('delivered_orders') }}",
) }}
-- depends_on: {{ ref('int_segment_days') }}
-- Orders by the promised day of their last delivery.
select
    due_date as event_date,
    delivery_source as source,
    carrier,
    supplier_id,
    segments.segment,
    segments.segment_before,
    count(*) as orders_due_count,
    cast(sum(contacts_count) filter (where ordered_date is not null) as bigint) as contacts_count,
    count(ordered_date) as known_orders_count,
    count(*) filter (where is_promise_kept) as promises_kept_count,
    count(*) filter (where is_judged) as judged_orders_count,
    count(*) filter (where is_judged and is_perfect) as perfect_orders_count
from {{ ref('int_order_outcomes') }} as outcomes
left join
    {{ segments_of('delivered_orders') }} as segments
    on outcomes.outcome_key || '|' || coalesce(outcomes.order_source, '') = segments.event_key
where due_date is not null and {{ touched_days('delivered_orders', 'due_date') }}
group by due_date, delivery_source, carrier, supplier_id, segments.segment, segments.segment_before
