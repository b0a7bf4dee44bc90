select
    customer as customer_key,
    since as created_at,
    {{ lineage() }}
from {{ source('shop', 'customers') }}
