with invitations as (

    select * from {{ source('surveys', 'invitations') }}

)

select
    invitation as invitation_id,
    lower(survey) as survey_id,
    respondent as customer_key,
    sent_at as asked_at,
    {{ lineage() }}
from invitations
