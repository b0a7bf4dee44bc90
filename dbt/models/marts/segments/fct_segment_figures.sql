-- One row per month-end and segment as reports may show it: figures of hidden counts are null, also in the comparison
-- with twelve months before.
with months as (

    select months.*, hidden.is_hidden
    from {{ ref('fct_segment_months') }} as months
    inner join {{ ref('fct_hidden_cells') }} as hidden
        on
            hidden.cell_set = 'overview'
            and hidden.period = cast(months.month_end as varchar)
            and hidden.row_id = months.segment_id

),

totalled as (

    select
        *,
        -- when all counts are hidden, the total is hidden too
        bool_or(customers_count > 0 and not is_hidden) over (partition by month_end) as is_total_shown,
        month_end = max(month_end) over () as is_latest
    from months

)

select
    now.month_end,
    now.is_latest,
    now.segment_id,
    now.segment_name,
    now.position,
    now.meaning,
    now.is_hidden,
    case when not now.is_hidden then now.customers_count end as customers_count,
    case when now.is_total_shown then now.all_customers_count end as all_customers_count,
    case
        when not now.is_hidden and now.is_total_shown then cast(now.customers_count as double) / now.all_customers_count
    end as customers_share,
    case when not now.is_hidden then round(now.financial_value_total, 2) end as financial_value_total,
    case when not now.is_hidden then round(now.financial_value_total / nullif(now.financial_values_count, 0), 2) end
        as financial_value_mean,
    case
        when not now.is_hidden and now.is_total_shown and now.all_financial_value_total > 0
            then round(now.financial_value_total / now.all_financial_value_total, 6)
    end as financial_value_share,
    case when not now.is_hidden then round(now.appreciation_value_total / nullif(now.customers_count, 0), 2) end
        as appreciation_value_mean,
    case when not now.is_hidden then round(now.expected_purchases_total / nullif(now.customers_count, 0), 4) end
        as expected_purchases_mean,
    case when not now.is_hidden then now.orders_12_months end as orders_12_months,
    case when not now.is_hidden then round(now.revenue_12_months, 2) end as revenue_12_months,
    case when not now.is_hidden then round(now.service_cost_12_months / nullif(now.customers_count, 0), 2) end
        as service_cost_mean,
    case when now.misjudged_count = 0 or now.misjudged_count >= 5 then now.misjudged_count end as misjudged_count,
    case
        when not now.is_hidden and (now.contractual_count = 0 or now.contractual_count >= 5) then now.contractual_count
    end as contractual_count,
    case
        when
            not now.is_hidden and (now.credit_driven_count = 0 or now.credit_driven_count >= 5)
            then now.credit_driven_count
    end as credit_driven_count,
    case
        when
            not before.is_hidden and before.judged_count >= 5
            then cast(before.retained_count as double) / before.judged_count
    end as retained_share,
    case when not before.is_hidden and before.judged_count >= 5 then before.judged_count end as retained_of_count,
    before.month_end as before_month_end,
    case when not before.is_hidden then before.customers_count end as before_customers_count
from totalled as now
left join totalled as before on now.segment_id = before.segment_id and now.month_number = before.month_number + 12
