select
    delivery_id,
    order_id,
    supplier as supplier_id,
    promised_at,
    delivered_at,
    attempts,
    damaged as is_damaged,
    changed_at as updated_at,
    {{ lineage() }}
from {{ source('parcels', 'deliveries') }}
