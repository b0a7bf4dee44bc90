-- One row per daily fact and row that it counts, with its customer: null when unknown, never guessed.
with orders as (

    select orders._key, orders.order_id, orders._source as source, orders.event_date, resolved.customer_id
    from {{ ref('int_orders') }} as orders
    left join
        {{ ref('int_customers__resolved') }} as resolved
        on orders.customer_key = resolved.customer_key and orders._source = resolved.source

),

deliveries as (

    select
        deliveries._key,
        deliveries.event_date,
        deliveries.requested_date,
        {{ local_date('deliveries.scheduled_at') }} as scheduled_date,
        {{ local_date('deliveries.ship_by') }} as handover_date,
        buyers.customer_id
    from {{ ref('int_deliveries') }} as deliveries
    left join {{ ref('int_order_buyers') }} as buyers on deliveries.order_id = buyers.order_id

),

outcomes as (

    select
        outcomes.outcome_key || '|' || coalesce(outcomes.order_source, '') as event_key,
        outcomes.ordered_date, outcomes.due_date, outcomes.shipped_date, orders.customer_id
    from {{ ref('int_order_outcomes') }} as outcomes
    left join orders on outcomes.outcome_key = orders.order_id and outcomes.order_source = orders.source

)

select 'orders' as fact, _key as event_key, event_date, customer_id from orders
union all
select 'contacts', outcome_key, event_date, customer_id from {{ ref('int_contact_outcomes') }}
union all
select 'contact_outcomes', outcome_key, event_date, customer_id from {{ ref('int_contact_outcomes') }}
union all
select 'deliveries', _key, event_date, customer_id from deliveries
union all
select 'deliveries_requested', _key, requested_date, customer_id from deliveries where requested_date is not null
union all
select 'deliveries_scheduled', _key, scheduled_date, customer_id from deliveries where scheduled_date is not null
union all
select 'handovers', _key, handover_date, customer_id from deliveries where handover_date is not null
union all
select 'delivered_lines', lines.outcome_key, lines.due_date, buyers.customer_id
from {{ ref('int_line_outcomes') }} as lines
left join {{ ref('int_order_buyers') }} as buyers on lines.order_id = buyers.order_id
union all
select 'order_cohorts', event_key, ordered_date, customer_id from outcomes where ordered_date is not null
union all
select 'delivered_orders', event_key, due_date, customer_id from outcomes where due_date is not null
union all
select 'shipped_units', event_key, shipped_date, customer_id from outcomes where shipped_date is not null
union all
select 'returns', lines._key, {{ local_date('lines.returned_at') }}, orders.customer_id
from {{ ref('int_order_lines') }} as lines
left join orders on lines.order_id = orders.order_id and lines._source = orders.source
where lines.returned_at is not null
union all
select 'answers', answers._key, answers.event_date, known.customer_id
from {{ ref('int_answers') }} as answers
left join {{ ref('int_answer_customers') }} as known on answers._key = known._key
