select
    stop_no as delivery_id,
    slip_no as order_id,
    hauler as supplier_id,
    pledged_at as promised_at,
    dropped_at as delivered_at,
    told_at as updated_at,
    {{ lineage() }}
from {{ source('haulers', 'stops') }}
