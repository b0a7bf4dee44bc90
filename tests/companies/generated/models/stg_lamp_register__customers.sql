select
    patron_no as customer_key,
    cell as phone,
    joined_at as created_at,
    {{ lineage() }}
from {{ source('lamp_register', 'patrons') }}
