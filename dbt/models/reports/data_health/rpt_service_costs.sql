-- One row per month, kind and channel of cost.
select cost_month, kind, channel, amount, allocated, unallocated, reason
from {{ ref('fct_service_costs') }}
