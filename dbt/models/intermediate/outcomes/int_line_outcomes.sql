{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_outcomes('line_outcomes', {'delivered_lines': 'due_date'}) }}",
    post_hook="{{ end_outcomes('line_outcomes', {'delivered_lines': 'due_date'}) }}",
) }}

-- One row per delivered order line, or per delivery without an order line: whether it was on time, and in full.
with deliveries as (

    select *, {{ order_line_key() }} as outcome_key, {{ local_date('delivered_at') }} as delivered_date
    from {{ ref('int_deliveries') }}
    where {{ is_due() }} and {{ is_changed_outcome('line_outcomes', order_line_key()) }}

)

select
    outcome_key,
    max(event_date) as due_date,
    case when min(order_id) = max(order_id) then min(order_id) end as order_id,
    arg_max(_source, (event_date, _key)) as source,
    nullif(arg_max(coalesce(carrier, ''), (event_date, _key)), '') as carrier,
    arg_max(coalesce(supplier_id, 'unknown'), (event_date, _key)) as supplier_id,
    bool_and(quantity_ordered is not null and (delivered_at is null or quantity_delivered is not null)) as is_judged,
    bool_and(coalesce(delivered_date <= event_date, false))
    and coalesce(sum(quantity_delivered) >= sum(quantity_ordered), false) as is_on_time_in_full
from deliveries
group by outcome_key
