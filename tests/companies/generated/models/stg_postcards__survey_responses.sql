select
    card_no as response_id,
    series as survey_id,
    slip_no as order_id,
    ring_no as contact_id,
    stop_no as delivery_id,
    place as touchpoint_hint,
    sent_at as asked_at,
    back_at as answered_at,
    case asks when 'recommend' then 'nps' when 'happy' then 'csat' when 'effort' then 'ces' else 'other' end as metric,
    mark as score,
    lowest as scale_min,
    highest as scale_max,
    {{ lineage() }}
from {{ source('postcards', 'cards') }}
