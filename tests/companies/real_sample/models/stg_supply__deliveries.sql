-- One row per line of a delivery note. There is one schedule only, so it is the first commitment and the latest.
select
    id as delivery_id,
    order_no as order_id,
    vendor as supplier_id,
    nullif(shipment_mode, 'N/A') as carrier,
    scheduled_on as promised_at,
    scheduled_on as scheduled_at,
    delivered_on as delivered_at,
    quantity as quantity_ordered,
    recorded_on as updated_at,
    {{ lineage() }}
from {{ source('supply', 'deliveries') }}
