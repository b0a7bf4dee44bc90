-- One row per month, touchpoint and segment of the month-end before: what serving its customers cost, the last 24
-- months and the last 12 together.
with costs as (

    select
        costs.*,
        coalesce(hidden.is_hidden, false) as is_hidden,
        members.customers_count as members_count
    from {{ ref('fct_segment_costs') }} as costs
    left join {{ ref('fct_hidden_cells') }} as hidden
        on
            hidden.cell_set = 'costs'
            and hidden.period = cast(costs.cost_month as varchar)
            and hidden.row_id = costs.touchpoint_id
            and hidden.column_id = costs.segment_id
    left join {{ ref('fct_segment_figures') }} as members
        on costs.segment_id = members.segment_id and costs.cost_month = members.month_end + 1
    where
        {{ month_number('costs.cost_month') }}
        > (select max({{ month_number('cost_month') }}) from {{ ref('fct_segment_costs') }}) - 24

)

select
    costs.cost_month,
    {{ written_month('costs.cost_month') }} as month_text,
    costs.cost_month = max(costs.cost_month) over () as is_latest,
    costs.touchpoint_id,
    coalesce(touchpoints.touchpoint_name, 'No touchpoint') as touchpoint_name,
    costs.segment_id,
    coalesce(segments.segment_name, 'No segment') as segment_name,
    coalesce(segments.position, 6) as segment_position,
    costs.is_hidden,
    -- among costs of nobody known there may be few customers, whose number is not hidden with the amount
    case
        when
            not costs.is_hidden and (costs.customers_count = 0 or costs.customers_count >= 5)
            then costs.customers_count
    end as served_customers_count,
    case when not costs.is_hidden then round(costs.cost_amount, 2) end as cost_amount,
    case when not costs.is_hidden then {{ money_text('costs.cost_amount') }} end as cost_text,
    case when not costs.is_hidden then round(costs.cost_amount / nullif(costs.members_count, 0), 4) end
        as cost_per_customer,
    case when not costs.is_hidden then {{ money_text('costs.cost_amount / nullif(costs.members_count, 0)') }} end
        as cost_per_customer_text,
    case
        when costs.is_hidden then 'hidden: below 5 customers served, or it would give such a count away'
        when costs.segment_id = 'none' then 'nobody known, or nobody who was a customer at the month-end before'
    end as reason
from costs
left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
left join {{ ref('dim_segments') }} as segments on costs.segment_id = segments.segment_id
