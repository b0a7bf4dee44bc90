select
    day as date,
    kind,
    kind as channel,
    amount,
    {{ lineage() }}
from {{ source('shop', 'costs') }}
