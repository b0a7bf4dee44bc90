-- One row per day, event type, source, channel and touchpoint; 'unmapped' where no touchpoint claims the event.
select
    days.event_type,
    days.source,
    days.channel,
    days.event_date as local_date,
    coalesce(map.touchpoint_id, 'unmapped') as touchpoint_id,
    cast(sum(days.events_count) as bigint) as events_count
from {{ ref('int_event_days') }} as days
{{ join_event_map('days') }}
group by all
union all
select
    'survey_answer',
    source,
    channel,
    event_date,
    case when attributed_by = 'relationship' then 'company' else 'unmapped' end,
    cast(sum(answers_count) as bigint)
from {{ ref('int_answers_daily') }}
where attributed_by in ('relationship', 'unmapped')
group by all
