select
    response_id,
    'parcel' as survey_id,
    customer as customer_key,
    delivery_id,
    asked_at,
    answered_at,
    metric,
    score,
    low as scale_min,
    high as scale_max,
    {{ lineage() }}
from {{ source('surveys', 'answers') }}
