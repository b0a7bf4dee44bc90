{{ config(materialized='table') }}

-- One row per month-end and customer whose last order is less than 24 months old, with what was known by that day:
-- later cancellations, returns and answers do not count. The figures of a year are the total at its end minus the total
-- a year before.
with span as (

    select max(month_number) as last_month_number from {{ ref('int_month_ends') }}

),

basis as (

    select max(value_basis) as value_basis, count(is_credit) > 0 or bool_or(is_promo) as is_buying_known
    from {{ ref('int_customer_orders') }}

),

answers as (

    select * from {{ ref('int_customer_answers') }} where day_rank = 1

),

totals as (

    select
        grid.month_end, grid.month_number, grid.customer_id, grid.timeline, grid.next_purchase_month_number,
        bought.first_purchase_date, bought.last_purchase_date, bought.last_purchase_month_number,
        bought.purchases_count, bought.gap_days_sq, bought.orders_count, bought.promo_or_credit_orders_count,
        bought.credit_orders_count, bought.credit_known_count, bought.lines_count, bought.categories_count,
        bought.repeat_value, bought.repeat_valued_count, bought.revenue, bought.margin,
        bought.purchases_count - 1 as gaps_count,
        {{ date_distance('bought.first_purchase_date', 'bought.last_purchase_date') }} as days_bought,
        basis.value_basis, basis.is_buying_known, span.last_month_number
    from {{ ref('int_customer_month_grid') }} as grid
    inner join {{ ref('int_customer_purchase_totals') }} as bought
        on
            grid.customer_id = bought.customer_id and grid.timeline = bought.timeline
            and grid.totals_month_number = bought.month_number
    cross join span
    cross join basis

)

select
    totals.month_end,
    totals.customer_id,
    totals.first_purchase_date,
    totals.last_purchase_date,
    cast(totals.purchases_count as integer) as purchases_count,
    cast(totals.gaps_count as integer) as frequency,
    totals.days_bought / 7.0 as recency,
    {{ date_distance('totals.first_purchase_date', 'totals.month_end') }} / 7.0 as age,
    round(cast(totals.repeat_value as double) / nullif(totals.repeat_valued_count, 0), 6) as mean_value,
    totals.value_basis,
    cast(totals.revenue as double) as revenue_total,
    cast(totals.revenue - coalesce(two_years.revenue, 0) as double) as revenue_24_months,
    cast(totals.purchases_count - coalesce(two_years.purchases_count, 0) as integer) as purchases_24_months,
    cast(totals.revenue - coalesce(one_year.revenue, 0) as double) as revenue_12_months,
    case when totals.value_basis = 'margin' then cast(totals.margin - coalesce(one_year.margin, 0) as double) end
        as margin_12_months,
    cast(totals.orders_count as integer) as orders_count,
    cast(totals.orders_count - coalesce(one_year.orders_count, 0) as integer) as orders_12_months,
    case when totals.is_buying_known then cast(totals.promo_or_credit_orders_count as integer) end
        as promo_or_credit_orders_count,
    case when totals.credit_known_count > 0 then cast(totals.credit_orders_count as integer) end as credit_orders_count,
    cast(totals.lines_count as integer) as lines_count,
    nullif(cast(totals.categories_count as integer), 0) as categories_count,
    cast(totals.gaps_count as integer) as gaps_count,
    cast(totals.days_bought as double) / nullif(totals.gaps_count, 0) as gap_mean,
    case
        when totals.gaps_count > 1
            then
                sqrt(
                    greatest(0, totals.gap_days_sq - power(totals.days_bought, 2) / totals.gaps_count)
                    / (totals.gaps_count - 1)
                )
    end as gap_deviation,
    nps.score as nps_latest_score,
    served.nps_latest_date,
    (ces.score - 1) / 6.0 as ces_latest_ease,
    served.ces_latest_date,
    cast(coalesce(served.nps_answers_count, 0) as integer) as nps_answers_count,
    cast(coalesce(served.nps_promoters_count, 0) as integer) as nps_promoters_count,
    cast(coalesce(served.failed_deliveries_count, 0) as integer) as failed_deliveries_count,
    cast(coalesce(served.forgiven_deliveries_count, 0) as integer) as forgiven_deliveries_count,
    cast(coalesce(served.service_cost, 0) as double) as service_cost_total,
    cast(coalesce(served.service_cost, 0) - coalesce(served_before.service_cost, 0) as double)
        as service_cost_12_months,
    totals.last_purchase_month_number > totals.month_number - 12 as bought_last_12_months,
    case
        when totals.month_number + 12 <= totals.last_month_number
            then coalesce(totals.next_purchase_month_number <= totals.month_number + 12, false)
    end as is_retained
from totals
left join {{ ref('int_customer_purchase_totals') }} as one_year
    on
        totals.customer_id = one_year.customer_id and totals.timeline = one_year.timeline
        and totals.month_number - 12 >= one_year.month_number and totals.month_number - 12 < one_year.until_month_number
left join {{ ref('int_customer_purchase_totals') }} as two_years
    on
        totals.customer_id = two_years.customer_id and totals.timeline = two_years.timeline
        and totals.month_number - 24 >= two_years.month_number
        and totals.month_number - 24 < two_years.until_month_number
left join {{ ref('int_customer_service_totals') }} as served
    on
        totals.customer_id = served.customer_id
        and totals.month_number >= served.month_number and totals.month_number < served.until_month_number
left join {{ ref('int_customer_service_totals') }} as served_before
    on
        totals.customer_id = served_before.customer_id
        and totals.month_number - 12 >= served_before.month_number
        and totals.month_number - 12 < served_before.until_month_number
left join answers as nps
    on totals.customer_id = nps.customer_id and served.nps_latest_date = nps.answered_date and nps.metric = 'nps'
left join answers as ces
    on totals.customer_id = ces.customer_id and served.ces_latest_date = ces.answered_date and ces.metric = 'ces'
