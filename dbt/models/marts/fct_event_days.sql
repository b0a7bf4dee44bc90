-- One row per day, event type, source, channel and touchpoint; 'unmapped' where no touchpoint claims the event.
select
    days.event_type,
    days.source,
    days.channel,
    days.event_date as local_date,
    coalesce(map.touchpoint_id, 'unmapped') as touchpoint_id,
    cast(sum(days.events_count) as bigint) as events_count
from {{ ref('int_event_days') }} as days
left join {{ ref('int_event_kinds') }} as kinds
    on
        days.event_type = kinds.event_type
        and days.source is not distinct from kinds.source
        and days.channel is not distinct from kinds.channel
        and days.payment_method is not distinct from kinds.payment_method
        and days.queue is not distinct from kinds.queue
        and days.topic is not distinct from kinds.topic
        and days.carrier is not distinct from kinds.carrier
        and days.supplier_id is not distinct from kinds.supplier_id
left join {{ ref('int_event_map') }} as map
    on
        kinds.event_kind_id = map.event_kind_id
        and days.event_date >= map.valid_from
        and days.event_date < map.valid_to
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
