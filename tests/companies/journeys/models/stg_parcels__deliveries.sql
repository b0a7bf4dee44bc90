select
    delivery_id,
    order_id,
    'swift' as supplier_id,
    promised_at,
    shipped_at,
    delivered_at,
    changed_at as updated_at,
    {{ lineage() }}
from {{ source('parcels', 'deliveries') }}
