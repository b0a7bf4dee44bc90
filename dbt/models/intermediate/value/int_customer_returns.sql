-- One row per returned order line and timeline: what it subtracts from the order's revenue, margin and value, from the
-- month of the return on. The share of a line in its order is its share of the list prices, or of the pieces when a
-- price is unknown.
with lines as (

    select
        _source, order_id, line_no, quantity, returned_at, unit_price,
        least(coalesce(returned_quantity, quantity), quantity) / quantity as returned_share,
        sum(quantity * unit_price) over (partition by _source, order_id) as order_list_value,
        sum(quantity) over (partition by _source, order_id) as order_pieces,
        count(*) over (partition by _source, order_id) as order_lines,
        count(unit_price) over (partition by _source, order_id) as order_priced_lines
    from {{ ref('int_order_lines') }}
    where quantity > 0

),

returned as (

    select
        *,
        {{ month_number(local_date('returned_at')) }} as returned_month_number,
        returned_share * case
            when
                order_priced_lines = order_lines and order_list_value > 0
                then cast(quantity * unit_price as double) / order_list_value
            else cast(quantity as double) / order_pieces
        end as order_share
    from lines
    where returned_at is not null

)

select
    orders.customer_id,
    orders.timeline,
    orders._key as order_key,
    returned.line_no,
    orders.ordered_date,
    greatest(returned.returned_month_number, orders.month_number) as month_number,
    cast(orders.revenue * returned.order_share as decimal(18, 6)) as revenue,
    cast(orders.margin * returned.order_share as decimal(18, 6)) as margin,
    cast(orders.value * returned.order_share as decimal(18, 6)) as value
from returned
inner join
    {{ ref('int_customer_orders') }} as orders
    on returned.order_id = orders.order_id and returned._source = orders._source
where orders.timeline = 0 or returned.returned_month_number <= orders.timeline
