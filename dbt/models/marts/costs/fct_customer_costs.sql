{{ config(materialized='view') }}

-- One row per customer, touchpoint, month and kind: the cost of serving the customer. Customer null: the customer of
-- the contact, delivery or return is unknown. The rows sum to the costs shared out (fct_service_costs). A view, because
-- it reads every row. Rows about customers are never published.
with attributed as (

    select costs.*, cast(null as varchar) as payment_method from {{ ref('int_customer_costs') }} as costs

)

select
    attributed.customer_id,
    coalesce(map.touchpoint_id, 'unmapped') as touchpoint_id,
    cast(date_trunc('month', attributed.event_date) as date) as cost_month,
    attributed.kind,
    sum(attributed.quantity) as quantity,
    cast(sum(attributed.cost_amount) as double) as cost_amount
from attributed
{{ join_event_map('attributed') }}
group by all
