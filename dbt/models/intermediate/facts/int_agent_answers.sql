-- One row per satisfaction answer (1-5) that can be tied to the agent it is about. For the command line only: no report
-- reads it.
select
    responses._key,
    coalesce(responses.agent_id, contacts.agent_id) as agent_id,
    coalesce(contacts.queue, 'unknown') as team,
    answers.event_date,
    answers.score >= 4 as is_satisfied
from {{ ref('int_answers') }} as answers
inner join {{ ref('int_survey_responses') }} as responses on answers._key = responses._key
left join {{ ref('int_contacts') }} as contacts
    on
        answers.attributed_by = 'contact'
        and responses.contact_id = contacts.contact_id
        and answers.source = contacts._source
where
    answers.metric = 'csat'
    and answers.scale_min = 1
    and answers.scale_max = 5
    and answers.attributed_by <> 'relationship'
    and coalesce(responses.agent_id, contacts.agent_id) is not null
