{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('order_cohorts') }}",
    post_hook="{{ end_days('order_cohorts') }}",
) }}
-- depends_on: {{ ref('int_segment_days') }}
-- Orders by the day they were placed, with the contacts about them in the 28 days after.
select
    ordered_date as event_date,
    order_source as source,
    channel,
    payment_method,
    segments.segment,
    segments.segment_before,
    count(*) as orders_count,
    cast(sum(contacts_count) as bigint) as contacts_count
from {{ ref('int_order_outcomes') }} as outcomes
left join
    {{ segments_of('order_cohorts') }} as segments
    on outcomes.outcome_key || '|' || coalesce(outcomes.order_source, '') = segments.event_key
where ordered_date is not null and {{ touched_days('order_cohorts', 'ordered_date') }}
group by ordered_date, order_source, channel, payment_method, segments.segment, segments.segment_before
