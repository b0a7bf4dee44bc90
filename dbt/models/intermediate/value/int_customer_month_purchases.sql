{{ config(materialized='table') }}

-- One row per customer, timeline and month with an order or a return: what the month added. A purchase is a day with an
-- order.
with days as (

    select
        customer_id, timeline, month_number, ordered_date,
        lag(ordered_date) over (partition by customer_id, timeline order by ordered_date) as earlier_date,
        min(ordered_date) over (partition by customer_id, timeline) as first_date,
        count(*) as orders_count,
        count(*) filter (where is_promo or is_credit) as promo_or_credit_orders_count,
        count(*) filter (where is_credit) as credit_orders_count,
        count(is_credit) as credit_known_count,
        sum(revenue) as revenue,
        sum(margin) as margin,
        sum(value) as value
    from {{ ref('int_customer_orders') }}
    group by customer_id, timeline, month_number, ordered_date

),

bought as (

    select
        customer_id, timeline, month_number,
        min(ordered_date) as first_date,
        max(ordered_date) as last_date,
        count(*) as purchases_count,
        coalesce(sum(power({{ date_distance('earlier_date', 'ordered_date') }}, 2)), 0) as gap_days_sq,
        sum(orders_count) as orders_count,
        sum(promo_or_credit_orders_count) as promo_or_credit_orders_count,
        sum(credit_orders_count) as credit_orders_count,
        sum(credit_known_count) as credit_known_count,
        sum(revenue) as revenue,
        sum(margin) as margin,
        sum(value) filter (where ordered_date > first_date) as repeat_value,
        count(value) filter (where ordered_date > first_date) as repeat_valued_count
    from days
    group by customer_id, timeline, month_number

),

lines as (

    select orders.customer_id, orders.timeline, orders.month_number, lines.category
    from {{ ref('int_order_lines') }} as lines
    inner join
        {{ ref('int_customer_orders') }} as orders
        on lines.order_id = orders.order_id and lines._source = orders._source

),

ordered_lines as (

    select customer_id, timeline, month_number, count(*) as lines_count
    from lines
    group by customer_id, timeline, month_number

),

new_categories as (

    select customer_id, timeline, month_number, count(*) as categories_count
    from (
        select customer_id, timeline, category, min(month_number) as month_number
        from lines
        where category is not null
        group by customer_id, timeline, category
    ) as firsts
    group by customer_id, timeline, month_number

),

firsts as (

    select customer_id, timeline, min(first_date) as first_date
    from bought
    group by customer_id, timeline

),

returned as (

    select
        returns.customer_id, returns.timeline, returns.month_number,
        sum(returns.revenue) as revenue,
        sum(returns.margin) as margin,
        sum(returns.value) filter (where returns.ordered_date > firsts.first_date) as repeat_value
    from {{ ref('int_customer_returns') }} as returns
    inner join firsts on returns.customer_id = firsts.customer_id and returns.timeline = firsts.timeline
    group by returns.customer_id, returns.timeline, returns.month_number

)

select
    customer_id,
    timeline,
    month_number,
    bought.first_date,
    bought.last_date,
    coalesce(bought.purchases_count, 0) as purchases_count,
    coalesce(bought.gap_days_sq, 0) as gap_days_sq,
    coalesce(bought.orders_count, 0) as orders_count,
    coalesce(bought.promo_or_credit_orders_count, 0) as promo_or_credit_orders_count,
    coalesce(bought.credit_orders_count, 0) as credit_orders_count,
    coalesce(bought.credit_known_count, 0) as credit_known_count,
    coalesce(ordered_lines.lines_count, 0) as lines_count,
    coalesce(new_categories.categories_count, 0) as categories_count,
    coalesce(bought.revenue, 0) - coalesce(returned.revenue, 0) as revenue,
    coalesce(bought.margin, 0) - coalesce(returned.margin, 0) as margin,
    coalesce(bought.repeat_value, 0) - coalesce(returned.repeat_value, 0) as repeat_value,
    coalesce(bought.repeat_valued_count, 0) as repeat_valued_count
from bought
full outer join returned using (customer_id, timeline, month_number)
left join ordered_lines using (customer_id, timeline, month_number)
left join new_categories using (customer_id, timeline, month_number)
