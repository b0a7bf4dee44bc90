{{ config(materialized='table') }}

-- One row per month-end and customer whose last order is less than 24 months old: what was known by that day. Orders cancelled and lines returned
-- later, and answers given later, do not show.
with span as (

    select max(month_number) as last_month_number from {{ ref('int_month_ends') }}

),

basis as (

    select max(value_basis) as value_basis, count(is_credit) > 0 or bool_or(is_promo) as is_buying_known from {{ ref('int_customer_orders') }}

),

answers as (

    select * from {{ ref('int_customer_answers') }}
    where day_rank = 1

),

totals as (

    select
        grid.month_end,
        totals.*,
        totals.purchases_count - 1 as gaps_count,
        {{ date_distance('totals.first_purchase_date', 'totals.last_purchase_date') }} as days_bought,
        basis.value_basis,
        basis.is_buying_known,
        case when grid.month_number + 12 <= span.last_month_number then coalesce(totals.purchases_after, 0) > 0 end as is_retained
    from {{ ref('int_customer_month_grid') }} as grid
    inner join {{ ref('int_customer_month_totals') }} as totals using (customer_id, timeline, month_number)
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
    cast(totals.revenue_total as double) as revenue_total,
    cast(totals.revenue_24_months as double) as revenue_24_months,
    cast(totals.purchases_24_months as integer) as purchases_24_months,
    cast(coalesce(totals.revenue_12_months, 0) as double) as revenue_12_months,
    case when totals.value_basis = 'margin' then cast(coalesce(totals.margin_12_months, 0) as double) end as margin_12_months,
    cast(totals.orders_count as integer) as orders_count,
    cast(coalesce(totals.orders_12_months, 0) as integer) as orders_12_months,
    case when totals.is_buying_known then cast(totals.promo_or_credit_orders_count as integer) end as promo_or_credit_orders_count,
    case when totals.credit_known_count > 0 then cast(totals.credit_orders_count as integer) end as credit_orders_count,
    cast(totals.lines_count as integer) as lines_count,
    nullif(cast(totals.categories_count as integer), 0) as categories_count,
    cast(totals.gaps_count as integer) as gaps_count,
    cast(totals.days_bought as double) / nullif(totals.gaps_count, 0) as gap_mean,
    case when totals.gaps_count > 1 then
        sqrt(greatest(0, totals.gap_days_sq - power(totals.days_bought, 2) / totals.gaps_count) / (totals.gaps_count - 1))
    end as gap_deviation,
    nps.score as nps_latest_score,
    totals.nps_latest_date,
    (ces.score - 1) / 6.0 as ces_latest_ease,
    totals.ces_latest_date,
    cast(coalesce(totals.nps_answers_count, 0) as integer) as nps_answers_count,
    cast(coalesce(totals.nps_promoters_count, 0) as integer) as nps_promoters_count,
    cast(coalesce(totals.failed_deliveries_count, 0) as integer) as failed_deliveries_count,
    cast(coalesce(totals.forgiven_deliveries_count, 0) as integer) as forgiven_deliveries_count,
    cast(coalesce(totals.service_cost_total, 0) as double) as service_cost_total,
    cast(coalesce(totals.service_cost_12_months, 0) as double) as service_cost_12_months,
    {{ month_number('totals.last_purchase_date') }} > totals.month_number - 12 as bought_last_12_months,
    totals.is_retained
from totals
left join answers as nps on totals.customer_id = nps.customer_id and totals.nps_latest_date = nps.answered_date and nps.metric = 'nps'
left join answers as ces on totals.customer_id = ces.customer_id and totals.ces_latest_date = ces.answered_date and ces.metric = 'ces'
