-- One row per supplier, channel or survey and touchpoint where it was seen.
select distinct 'supplier' as kind, supplier_id as thing_id, touchpoint_id
from {{ ref('fct_daily_measures') }}
where supplier_id is not null and touchpoint_id <> 'unmapped'
union
select distinct 'channel', channel, touchpoint_id
from {{ ref('fct_daily_measures') }}
where channel is not null and touchpoint_id <> 'unmapped'
union
select distinct 'survey', answers.survey_id, coalesce(answers.touchpoint_id, map.touchpoint_id)
from {{ ref('int_answers_daily') }} as answers
{{ join_event_map('answers') }}
where coalesce(answers.touchpoint_id, map.touchpoint_id) is not null and answers.attributed_by <> 'relationship'
