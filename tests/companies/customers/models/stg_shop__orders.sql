select
    order_id,
    customer as customer_key,
    placed_at as ordered_at,
    'web' as channel,
    currency,
    total as net_amount,
    cost as cost_amount,
    credit as is_credit,
    promo as promo_code,
    cancelled_at,
    case when cancelled_at is not null then 'cancelled' else 'placed' end as status,
    changed_at as updated_at,
    {{ lineage() }}
from {{ source('shop', 'orders') }}
