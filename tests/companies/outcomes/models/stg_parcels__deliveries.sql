select
    delivery_id,
    order_id,
    line_no,
    supplier as supplier_id,
    requested as requested_date,
    promised_at,
    scheduled_at,
    shipped_at,
    delivered_at,
    attempts,
    ordered as quantity_ordered,
    brought as quantity_delivered,
    damaged as is_damaged,
    changed_at as updated_at,
    {{ lineage() }}
from {{ source('parcels', 'deliveries') }}
