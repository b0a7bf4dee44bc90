-- One row per source, event type and channel that no touchpoint claims.
with counted as (

    select
        source, event_type, channel,
        cast(sum(events_count) filter (where touchpoint_id = 'unmapped') as bigint) as events_count,
        min(local_date) filter (where touchpoint_id = 'unmapped') as first_date,
        max(local_date) filter (where touchpoint_id = 'unmapped') as last_date,
        sum(events_count) as all_events_count
    from {{ ref('fct_event_days') }}
    group by source, event_type, channel

)

select
    source, event_type, coalesce(channel, 'not applicable') as channel, events_count, first_date, last_date,
    cast(events_count as double) / all_events_count as share
from counted
where events_count > 0
