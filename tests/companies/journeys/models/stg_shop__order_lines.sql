select
    order_id,
    line as line_no,
    placed_at as ordered_at,
    category,
    1 as quantity,
    returned_at,
    {{ lineage() }}
from {{ source('shop', 'lines') }}
