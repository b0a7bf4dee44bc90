select
    order_id,
    customer as customer_key,
    placed_at as ordered_at,
    channel,
    state as status,
    currency,
    total as net_amount,
    payment as payment_method,
    changed_at as updated_at,
    {{ lineage() }}
from {{ source('shop', 'orders') }}
