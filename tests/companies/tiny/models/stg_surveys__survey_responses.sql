select
    response_id,
    survey as survey_id,
    order_id,
    contact_id,
    delivery_id,
    hint as touchpoint_hint,
    asked_at,
    metric,
    score,
    low as scale_min,
    high as scale_max,
    {{ lineage() }}
from {{ source('surveys', 'answers') }}
