{{ config(materialized='table') }}

-- One row per customer, timeline and month with an order or a return: totals up to and including that month. They are
-- valid until the month of the next row, until_month_number.
select
    customer_id,
    timeline,
    month_number,
    coalesce(lead(month_number) over so_far, 999999) as until_month_number,
    min(case when purchases_count > 0 then month_number end) over later as next_purchase_month_number,
    max(case when purchases_count > 0 then month_number end) over so_far as last_purchase_month_number,
    min(first_date) over so_far as first_purchase_date,
    max(last_date) over so_far as last_purchase_date,
    sum(purchases_count) over so_far as purchases_count,
    sum(gap_days_sq) over so_far as gap_days_sq,
    sum(orders_count) over so_far as orders_count,
    sum(promo_or_credit_orders_count) over so_far as promo_or_credit_orders_count,
    sum(credit_orders_count) over so_far as credit_orders_count,
    sum(credit_known_count) over so_far as credit_known_count,
    sum(lines_count) over so_far as lines_count,
    sum(categories_count) over so_far as categories_count,
    sum(repeat_value) over so_far as repeat_value,
    sum(repeat_valued_count) over so_far as repeat_valued_count,
    sum(revenue) over so_far as revenue,
    sum(margin) over so_far as margin
from {{ ref('int_customer_month_purchases') }}
window
    so_far as (partition by customer_id, timeline order by month_number),
    later as (partition by customer_id, timeline order by month_number rows between 1 following and unbounded following)
