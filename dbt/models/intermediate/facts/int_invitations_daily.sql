{{ config(materialized='table') }}

-- One row per day, source and survey: invitations sent, and those answered within 14 days. A response belongs to the
-- invitation it names, else to the one of the same survey, customer and moment of asking.
with invitations as (

    select * from {{ ref('int_survey_invitations') }}

),

responses as (

    select
        survey_id,
        invitation_id,
        customer_key,
        asked_at,
        {{ local_date('coalesce(answered_at, asked_at)') }} as answered_date
    from {{ ref('int_survey_responses') }}

),

answered as (

    select invitations._key
    from invitations
    inner join responses using (survey_id, invitation_id)
    where responses.answered_date <= invitations.event_date + 14
    union
    select invitations._key
    from invitations
    inner join responses using (survey_id, customer_key, asked_at)
    where responses.invitation_id is null and responses.answered_date <= invitations.event_date + 14

)

select
    invitations.event_date,
    invitations._source as source,
    invitations.survey_id,
    surveys.touchpoint_id,
    count(*) as invitations_count,
    count(answered._key) as answered_count
from invitations
left join answered using (_key)
left join {{ source('company_folder', 'surveys') }} as surveys using (survey_id)
group by invitations.event_date, invitations._source, invitations.survey_id, surveys.touchpoint_id
