select
    order_id,
    line_no,
    placed_at as ordered_at,
    category,
    quantity,
    price as unit_price,
    returned as returned_quantity,
    returned_at,
    changed_at as updated_at,
    {{ lineage() }}
from {{ source('shop', 'lines') }}
