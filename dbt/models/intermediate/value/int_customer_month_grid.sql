{{ config(materialized='table') }}

-- One row per complete month and customer whose last order by then is less than 24 months old: the timeline with the
-- customer's orders as they were at that month-end, and the month of the row of int_customer_purchase_totals that is
-- valid then.
with offsets as (

    select month_number - (select min(month_number) from {{ ref('int_month_ends') }}) as months_later
    from {{ ref('int_month_ends') }}

),

reached as (

    select
        totals.customer_id,
        totals.timeline,
        totals.month_number + offsets.months_later as month_number,
        totals.month_number as totals_month_number,
        totals.next_purchase_month_number
    from {{ ref('int_customer_purchase_totals') }} as totals
    cross join offsets
    where
        offsets.months_later < 24
        and totals.month_number + offsets.months_later < totals.until_month_number
        and totals.month_number + offsets.months_later < totals.last_purchase_month_number + 24
        and (totals.timeline = 0 or totals.month_number + offsets.months_later = totals.timeline)

),

changed as (

    select distinct customer_id, timeline from {{ ref('int_customer_orders') }}
    where timeline > 0

),

-- events after an order that was cancelled later are on timeline 0
followed as (

    select changed.customer_id, changed.timeline, min(bought.month_number) as next_purchase_month_number
    from changed
    inner join {{ ref('int_customer_month_purchases') }} as bought
        on
            changed.customer_id = bought.customer_id
            and bought.timeline = 0
            and bought.purchases_count > 0
            and bought.month_number > changed.timeline
    group by changed.customer_id, changed.timeline

)

select
    months.month_end,
    reached.month_number,
    reached.customer_id,
    reached.timeline,
    reached.totals_month_number,
    case
        when reached.timeline = 0 then reached.next_purchase_month_number else followed.next_purchase_month_number
    end as next_purchase_month_number
from reached
inner join {{ ref('int_month_ends') }} as months on reached.month_number = months.month_number
left join changed on reached.customer_id = changed.customer_id and reached.month_number = changed.timeline
left join followed on reached.customer_id = followed.customer_id and reached.timeline = followed.timeline
where reached.timeline > 0 or changed.customer_id is null
