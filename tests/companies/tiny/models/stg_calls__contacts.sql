select
    id as contact_id,
    customer as customer_key,
    email,
    phone,
    channel,
    topic,
    order_id,
    queued_at,
    answered_at,
    ended_at,
    abandoned as is_abandoned,
    {{ lineage() }}
from {{ source('calls', 'contacts') }}
