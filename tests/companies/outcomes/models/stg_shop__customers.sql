select
    customer as customer_key,
    phone,
    since as created_at,
    {{ lineage() }}
from {{ source('shop', 'customers') }}
