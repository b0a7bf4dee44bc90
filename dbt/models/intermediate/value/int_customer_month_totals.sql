-- One row per customer, timeline and month of the grid or in which something happened: totals from the first month up to and with this one.
with months as (

    select customer_id, timeline, month_number from {{ ref('int_customer_month_grid') }}
    union
    select customer_id, timeline, month_number from {{ ref('int_customer_month_purchases') }}
    union
    select customer_id, 0, month_number from {{ ref('int_customer_month_service') }}

)

select
    months.customer_id,
    months.timeline,
    months.month_number,
    min(bought.first_date) over so_far as first_purchase_date,
    max(bought.last_date) over so_far as last_purchase_date,
    sum(bought.purchases_count) over so_far as purchases_count,
    sum(bought.gap_days_sq) over so_far as gap_days_sq,
    sum(bought.orders_count) over so_far as orders_count,
    sum(bought.promo_or_credit_orders_count) over so_far as promo_or_credit_orders_count,
    sum(bought.credit_orders_count) over so_far as credit_orders_count,
    sum(bought.credit_known_count) over so_far as credit_known_count,
    sum(bought.lines_count) over so_far as lines_count,
    sum(bought.categories_count) over so_far as categories_count,
    sum(bought.repeat_value) over so_far as repeat_value,
    sum(bought.repeat_valued_count) over so_far as repeat_valued_count,
    sum(bought.revenue) over so_far as revenue_total,
    sum(bought.purchases_count) over two_years as purchases_24_months,
    sum(bought.revenue) over two_years as revenue_24_months,
    sum(bought.revenue) over one_year as revenue_12_months,
    sum(bought.orders_count) over one_year as orders_12_months,
    sum(bought.margin) over one_year as margin_12_months,
    -- what follows does not depend on the timeline
    sum(case when months.timeline = 0 then bought.purchases_count end) over year_after as purchases_after,
    max(served.nps_date) over served_so_far as nps_latest_date,
    max(served.ces_date) over served_so_far as ces_latest_date,
    sum(served.nps_answers_count) over served_so_far as nps_answers_count,
    sum(served.nps_promoters_count) over served_so_far as nps_promoters_count,
    sum(served.failed_deliveries_count) over served_so_far as failed_deliveries_count,
    sum(served.forgiven_deliveries_count) over served_so_far as forgiven_deliveries_count,
    sum(served.service_cost) over served_so_far as service_cost_total,
    sum(served.service_cost) over served_one_year as service_cost_12_months
from months
left join {{ ref('int_customer_month_purchases') }} as bought
    on months.customer_id = bought.customer_id and months.timeline = bought.timeline and months.month_number = bought.month_number
left join {{ ref('int_customer_month_service') }} as served
    on months.customer_id = served.customer_id and months.month_number = served.month_number and months.timeline = 0
window
    so_far as (partition by months.customer_id, months.timeline order by months.month_number),
    two_years as (partition by months.customer_id, months.timeline order by months.month_number range between 23 preceding and current row),
    one_year as (partition by months.customer_id, months.timeline order by months.month_number range between 11 preceding and current row),
    year_after as (partition by months.customer_id order by months.month_number range between 1 following and 12 following),
    served_so_far as (partition by months.customer_id order by months.month_number),
    served_one_year as (partition by months.customer_id order by months.month_number range between 11 preceding and current row)
