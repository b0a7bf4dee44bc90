-- One row per order number: the customer who bought (null for a guest) and the day it was cancelled. Deliveries,
-- contacts and answers name an order by its number alone: when two sources use the same number, it means the order of
-- the first source.
with numbered as (

    select
        orders.order_id,
        resolved.customer_id,
        case when not orders.is_kept then coalesce({{ local_date('orders.cancelled_at') }}, orders.event_date) end
            as cancelled_date,
        row_number() over (partition by orders.order_id order by orders._source) as source_rank
    from {{ ref('int_orders__valued') }} as orders
    left join
        {{ ref('int_customers__resolved') }} as resolved
        on orders.customer_key = resolved.customer_key and orders._source = resolved.source

)

select order_id, customer_id, cancelled_date from numbered
where source_rank = 1
