-- One row per month-end and segment: its customers and their sums. Sums are rounded, so that they do not depend on the
-- order of the rows.
with months as (

    select distinct month_end from {{ ref('int_customer_values') }}

),

counted as (

    select
        scored.month_end,
        scored.segment as segment_id,
        count(*) as customers_count,
        sum(cast(scored.financial_value as decimal(18, 6))) as financial_value_total,
        count(scored.financial_value) as financial_values_count,
        sum(cast(scored.appreciation_value as decimal(18, 6))) as appreciation_value_total,
        sum(cast(scored.expected_purchases as decimal(18, 6))) as expected_purchases_total,
        cast(sum(features.orders_12_months) as bigint) as orders_12_months,
        sum(cast(features.revenue_12_months as decimal(18, 6))) as revenue_12_months,
        sum(cast(features.service_cost_12_months as decimal(18, 6))) as service_cost_12_months,
        count(*) filter (where features.is_retained) as retained_count,
        count(features.is_retained) as judged_count,
        count(*) filter (where scored.is_misjudged) as misjudged_count,
        bool_or(scored.is_misjudged is not null) as has_quintiles,
        count(*) filter (where scored.is_contractual) as contractual_count,
        count(*) filter (where scored.is_credit_driven) as credit_driven_count
    from {{ ref('int_customer_values') }} as scored
    inner join
        {{ ref('int_customer_months') }} as features
        on scored.month_end = features.month_end and scored.customer_id = features.customer_id
    group by scored.month_end, scored.segment

)

select
    months.month_end,
    {{ month_number('months.month_end') }} as month_number,
    segments.segment_id,
    segments.segment_name,
    segments.position,
    segments.meaning,
    coalesce(counted.customers_count, 0) as customers_count,
    cast(counted.financial_value_total as double) as financial_value_total,
    counted.financial_values_count,
    cast(counted.appreciation_value_total as double) as appreciation_value_total,
    cast(counted.expected_purchases_total as double) as expected_purchases_total,
    counted.orders_12_months,
    cast(counted.revenue_12_months as double) as revenue_12_months,
    cast(counted.service_cost_12_months as double) as service_cost_12_months,
    counted.retained_count,
    counted.judged_count,
    -- of all segments together, where they are known: for the newest month-end
    cast(
        sum(case when counted.has_quintiles then counted.misjudged_count end) over month_of as bigint
    ) as misjudged_count,
    counted.contractual_count,
    counted.credit_driven_count,
    cast(sum(coalesce(counted.customers_count, 0)) over month_of as bigint) as all_customers_count,
    cast(sum(counted.financial_value_total) over month_of as double) as all_financial_value_total
from months
cross join {{ ref('dim_segments') }} as segments
left join counted on months.month_end = counted.month_end and segments.segment_id = counted.segment_id
window month_of as (partition by months.month_end)
