{{ config(materialized='table') }}

-- One row per complete month and customer whose last order by then is less than 24 months old, and the timeline that shows the customer's orders as they
-- stood at that month-end.
with bought as (

    select
        customer_id, timeline, month_number,
        lead(month_number) over (partition by customer_id, timeline order by month_number) as next_month_number
    from {{ ref('int_customer_month_purchases') }}
    where purchases_count > 0

),

offsets as (

    select month_number - (select min(month_number) from {{ ref('int_month_ends') }}) as months_later from {{ ref('int_month_ends') }}

),

reached as (

    select bought.customer_id, bought.timeline, bought.month_number + offsets.months_later as month_number
    from bought
    cross join offsets
    where
        offsets.months_later < 24
        and coalesce(bought.month_number + offsets.months_later < bought.next_month_number, true)
        and (bought.timeline = 0 or bought.month_number + offsets.months_later = bought.timeline)

),

changed as (

    select distinct customer_id, timeline from {{ ref('int_customer_orders') }}
    where timeline > 0

)

select months.month_end, reached.month_number, reached.customer_id, reached.timeline
from reached
inner join {{ ref('int_month_ends') }} as months on reached.month_number = months.month_number
left join changed on reached.customer_id = changed.customer_id and reached.month_number = changed.timeline
where reached.timeline > 0 or changed.customer_id is null
