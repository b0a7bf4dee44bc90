select
    order_id,
    customer as customer_key,
    placed_at as ordered_at,
    'web' as channel,
    10 as net_amount,
    cancelled_at,
    {{ lineage() }}
from {{ source('shop', 'orders') }}
