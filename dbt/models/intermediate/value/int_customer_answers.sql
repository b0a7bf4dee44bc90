{{ config(materialized='table') }}

-- One row per NPS (0 to 10) or CES (1 to 7) answer of a known customer.
with answers as (

    select
        responses._key,
        known.customer_id,
        responses.metric,
        cast(responses.score as double) as score,
        coalesce(responses.answered_at, responses.asked_at) as answered_at
    from {{ ref('int_survey_responses') }} as responses
    inner join {{ ref('int_answer_customers') }} as known on responses._key = known._key
    where
        (responses.metric = 'nps' and responses.scale_min = 0 and responses.scale_max = 10)
        or (responses.metric = 'ces' and responses.scale_min = 1 and responses.scale_max = 7)

)

select
    _key,
    customer_id,
    metric,
    score,
    {{ local_date('answered_at') }} as answered_date,
    row_number()
        over (partition by customer_id, metric, {{ local_date('answered_at') }} order by answered_at desc, _key desc)
        as day_rank
from answers
