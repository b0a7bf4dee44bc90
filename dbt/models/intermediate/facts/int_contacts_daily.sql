{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('contacts') }}",
    post_hook="{{ end_days('contacts') }}",
) }}

-- depends_on: {{ ref('int_segment_days') }}
with responses as (

    select _key, first_response_business_seconds
    from {{ ref('int_contacts__responses') }}
    where {{ touched_days('contacts') }}

),

contacts as (

    select judged.*, segments.segment, segments.segment_before, responses.first_response_business_seconds
    from {{ ref('int_contacts__judged') }} as judged
    left join responses using (_key)
    left join {{ segments_of('contacts') }} as segments on judged._key = segments.event_key
    where {{ touched_days('contacts') }}

)

select
    event_date,
    _source as source,
    channel,
    queue,
    topic,
    segment,
    segment_before,
    count(*) as contacts_count,
    count(order_id) as contacts_about_orders_count,
    count(answered_wait_seconds) as answered_count,
    coalesce(sum(answered_wait_seconds), 0) as wait_seconds_total,
    coalesce(sum(power(answered_wait_seconds, 2)), 0) as wait_seconds_total_sq,
    coalesce(sum(power(answered_wait_seconds, 3)), 0) as wait_seconds_total_cube,
    count(*) filter (where is_offered and answered_wait_seconds <= 20) as in_time_count,
    count(*) filter (where is_offered) as offered_count,
    count(answered_wait_seconds) filter (where is_offered) as offered_answered_count,
    count(*) filter (where is_offered and is_abandoned and not is_abandoned_short) as abandoned_long_count,
    count(*) filter (where is_offered and not coalesce(is_abandoned_short, false)) as offered_net_count,
    count(handle_seconds) as handled_count,
    coalesce(sum(handle_seconds), 0) as handle_seconds_total,
    coalesce(sum(power(handle_seconds, 2)), 0) as handle_seconds_total_sq,
    coalesce(sum(power(handle_seconds, 3)), 0) as handle_seconds_total_cube,
    count(first_response_business_seconds) as first_responses_count,
    coalesce(sum(first_response_business_seconds), 0) as first_response_seconds_total,
    coalesce(sum(power(first_response_business_seconds, 2)), 0) as first_response_seconds_total_sq,
    coalesce(sum(power(first_response_business_seconds, 3)), 0) as first_response_seconds_total_cube
from contacts
group by event_date, source, channel, queue, topic, segment, segment_before
