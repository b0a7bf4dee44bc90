select
    day as date,
    hour,
    channel,
    sessions,
    {{ lineage() }}
from {{ source('shop', 'visits') }}
