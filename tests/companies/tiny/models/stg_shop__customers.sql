select
    customer as customer_key,
    email,
    phone,
    since as created_at,
    {{ lineage() }}
from {{ source('shop', 'customers') }}
