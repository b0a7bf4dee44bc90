{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_outcomes('order_outcomes', {'order_cohorts': 'ordered_date', 'delivered_orders': 'due_date', 'shipped_units': 'shipped_date'}) }}",
    post_hook="{{ end_outcomes('order_outcomes', {'order_cohorts': 'ordered_date', 'delivered_orders': 'due_date', 'shipped_units': 'shipped_date'}) }}",
) }}

-- One row per order with its outcome. Deliveries and contacts name an order by its number alone; when two sources use
-- the same number, it means the order of the first source.
with orders as (

    select
        order_id as outcome_key,
        _source as order_source,
        event_date as ordered_date,
        coalesce(channel, 'unknown') as channel,
        payment_method,
        row_number() over (partition by order_id order by _source) as source_rank
    from {{ ref('int_orders') }}
    where {{ is_changed_outcome('order_outcomes', 'order_id') }}

),

judged_deliveries as (

    select
        *,
        coalesce({{ local_date('delivered_at') }} <= event_date, false) as is_on_time,
        quantity_ordered is not null
        and (delivered_at is null or (quantity_delivered is not null and is_damaged is not null)) as is_judged
    from {{ ref('int_deliveries') }}
    where order_id is not null and {{ is_due() }} and {{ is_changed_outcome('order_outcomes', 'order_id') }}

),

deliveries as (

    select
        order_id as outcome_key,
        max(event_date) as due_date,
        min({{ local_date('shipped_at') }}) as shipped_date,
        arg_max(_source, (event_date, _key)) as delivery_source,
        nullif(arg_max(coalesce(carrier, ''), (event_date, _key)), '') as carrier,
        arg_max(coalesce(supplier_id, 'unknown'), (event_date, _key)) as supplier_id,
        bool_and(is_on_time) as is_promise_kept,
        bool_and(is_judged) as is_judged,
        bool_and(is_on_time and coalesce(quantity_delivered >= quantity_ordered and not is_damaged, false))
            as is_perfect
    from judged_deliveries
    group by order_id

),

contacts as (

    select contacts.order_id as outcome_key, count(*) as contacts_count
    from {{ ref('int_contacts') }} as contacts
    inner join orders on contacts.order_id = orders.outcome_key and orders.source_rank = 1
    where
        contacts.direction is distinct from 'outbound'
        and contacts.event_date between orders.ordered_date and orders.ordered_date + 28
    group by contacts.order_id

),

lines as (

    select
        lines.order_id as outcome_key,
        lines._source as order_source,
        sum(lines.quantity) as units_count,
        coalesce(
            sum(lines.returned_quantity) filter (
                where {{ local_date('lines.returned_at') }} <= deliveries.shipped_date + 30
            ),
            0
        )
            as returned_units_count
    from {{ ref('int_order_lines') }} as lines
    inner join deliveries on lines.order_id = deliveries.outcome_key
    where lines.quantity > 0
    group by lines.order_id, lines._source

)

select
    coalesce(orders.outcome_key, deliveries.outcome_key) as outcome_key,
    orders.order_source,
    orders.ordered_date,
    orders.channel,
    orders.payment_method,
    coalesce(contacts.contacts_count, 0) as contacts_count,
    deliveries.due_date,
    deliveries.delivery_source,
    deliveries.carrier,
    deliveries.supplier_id,
    deliveries.is_promise_kept,
    deliveries.is_judged,
    deliveries.is_perfect,
    deliveries.shipped_date,
    lines.units_count,
    lines.returned_units_count
from orders
full outer join deliveries on orders.outcome_key = deliveries.outcome_key and orders.source_rank = 1
left join contacts on orders.outcome_key = contacts.outcome_key and orders.source_rank = 1
left join
    lines
    on orders.outcome_key = lines.outcome_key and orders.order_source = lines.order_source and orders.source_rank = 1
