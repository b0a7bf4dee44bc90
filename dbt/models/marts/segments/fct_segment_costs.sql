-- One row per month, touchpoint and segment: the cost of serving its customers. The segment is that of the month-end
-- before; `none`: the customer is unknown, or was no customer then.
with costs as (

    select *, {{ month_number('cost_month') }} as month_number from {{ ref('fct_customer_costs') }}

),

segments as (

    select customer_id, segment, {{ month_number('month_end') }} as month_number from {{ ref('int_customer_values') }}

)

select
    costs.cost_month,
    costs.touchpoint_id,
    coalesce(segments.segment, 'none') as segment_id,
    count(distinct costs.customer_id) as customers_count,
    count(*) filter (where costs.customer_id is null) > 0 as has_unknown_customers,
    cast(sum(cast(costs.cost_amount as decimal(18, 6))) as double) as cost_amount
from costs
left join segments on costs.customer_id = segments.customer_id and costs.month_number = segments.month_number + 1
where costs.month_number in (select month_number + 1 from segments)
group by costs.cost_month, costs.touchpoint_id, coalesce(segments.segment, 'none')
