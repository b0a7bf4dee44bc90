select
    day as date,
    channel,
    kind,
    amount,
    {{ lineage() }}
from {{ source('shop', 'costs') }}
