select
    contact_id,
    customer as customer_key,
    phone,
    channel,
    topic,
    order_id,
    queued_at,
    answered_at,
    ended_at,
    talk as talk_seconds,
    hold as hold_seconds,
    wrap as after_call_seconds,
    abandoned as is_abandoned,
    resolved as is_resolved,
    {{ lineage() }}
from {{ source('calls', 'contacts') }}
