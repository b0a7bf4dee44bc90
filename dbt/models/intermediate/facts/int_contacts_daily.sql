{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('contacts') }}",
    post_hook="{{ end_days('contacts') }}",
) }}

with inbound as (

    select
        *,
        channel in ('phone', 'chat', 'whatsapp', 'shop') as is_live,
        {{ seconds_between('queued_at', 'answered_at') }} as wait_seconds,
        {{ seconds_between('queued_at', 'ended_at') }} as stay_seconds
    from {{ ref('int_contacts') }}
    where
        {{ touched_days('contacts') }}
        and direction is distinct from 'outbound'

),

judged as (

    select
        *,
        case when is_live and not coalesce(is_abandoned, false) then wait_seconds end as answered_wait_seconds,
        is_live and is_abandoned is not null as is_offered,
        is_live and is_abandoned and coalesce(stay_seconds < 5, false) as is_abandoned_short
    from inbound

)

select
    event_date,
    _source as source,
    channel,
    queue,
    topic,
    count(*) as contacts_count,
    count(order_id) as contacts_about_orders_count,
    count(answered_wait_seconds) as answered_count,
    coalesce(sum(answered_wait_seconds), 0) as wait_seconds_total,
    coalesce(sum(power(answered_wait_seconds, 2)), 0) as wait_seconds_total_sq,
    coalesce(sum(power(answered_wait_seconds, 3)), 0) as wait_seconds_total_cube,
    count(*) filter (where is_offered and is_abandoned and not is_abandoned_short) as abandoned_long_count,
    count(*) filter (where is_offered and not coalesce(is_abandoned_short, false)) as offered_net_count
from judged
group by event_date, source, channel, queue, topic
