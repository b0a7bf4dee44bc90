select
    ring_no as contact_id,
    patron_no as customer_key,
    cell as phone,
    case medium when 'ring' then 'phone' when 'text' then 'whatsapp' when 'letter' then 'mail' else medium end
        as channel,
    case way when 'in' then 'inbound' when 'out' then 'outbound' end as direction,
    desk as queue,
    slip_no as order_id,
    rang_at as queued_at,
    lifted_at as answered_at,
    hung_up_at as ended_at,
    gave_up as is_abandoned,
    {{ lineage() }}
from {{ source('hotline', 'rings') }}
