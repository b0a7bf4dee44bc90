select
    order_id,
    customer as customer_key,
    placed_at as ordered_at,
    channel,
    total as net_amount,
    {{ lineage() }}
from {{ source('shop', 'orders') }}
