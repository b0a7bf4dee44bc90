select
    contact_id,
    customer as customer_key,
    channel,
    order_id,
    queued_at,
    {{ lineage() }}
from {{ source('calls', 'contacts') }}
