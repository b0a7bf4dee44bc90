-- One row per user. Agents are no customers.
select
    id as customer_key,
    email,
    phone,
    created_at,
    updated_at,
    case when role <> 'end-user' then 'not a customer: ' || role end as _rejected_reason,
    {{ lineage() }}
from {{ source('zendesk', 'users') }}
