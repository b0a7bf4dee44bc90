{{ config(materialized='view') }}

-- One row per customer, touchpoint, month and kind: what serving the customer cost. Customer null: nobody knows whose contact, delivery or return it was.
-- Together the rows are what was shared out (fct_service_costs). A view, because it reads every row; rows about customers are never published.
with rates as (

    select
        kind, cost_channel, date_trunc('month', event_date) as cost_month,
        sum(service_cost_total) / sum(quantity) as cost_per_unit
    from {{ ref('int_service_costs_daily') }}
    group by all

),

buyers as (

    select
        orders.order_id, resolved.customer_id,
        row_number() over (partition by orders.order_id order by orders._source) as source_rank
    from {{ ref('int_orders') }} as orders
    left join {{ ref('int_customers__resolved') }} as resolved on orders.customer_key = resolved.customer_key and orders._source = resolved.source

),

work as (

    select
        'contact' as kind, contacts.channel as cost_channel, matched.customer_id, contacts.event_date,
        'contact_' || contacts.channel as event_type, contacts._source as source, contacts.channel, contacts.queue, contacts.topic,
        cast(null as varchar) as carrier, cast(null as varchar) as supplier_id, cast(contacts.handle_seconds as double) as quantity
    from {{ ref('int_contacts__judged') }} as contacts
    inner join {{ ref('int_contacts__matched') }} as matched using (_key)
    where contacts.handle_seconds > 0
    union all
    select
        'redelivery', cast(null as varchar), buyers.customer_id, deliveries.event_date,
        'delivered', deliveries._source, cast(null as varchar), cast(null as varchar), cast(null as varchar),
        deliveries.carrier, coalesce(deliveries.supplier_id, 'unknown'), deliveries.attempts - 1
    from {{ ref('int_deliveries') }} as deliveries
    left join buyers on deliveries.order_id = buyers.order_id and buyers.source_rank = 1
    where deliveries.attempts > 1
    union all
    select
        'return', cast(null as varchar), buyers.customer_id, {{ local_date('lines.returned_at') }},
        'returned', lines._source, cast(null as varchar), cast(null as varchar), cast(null as varchar),
        cast(null as varchar), cast(null as varchar), 1
    from {{ ref('int_order_lines') }} as lines
    left join buyers on lines.order_id = buyers.order_id and buyers.source_rank = 1
    where lines.returned_at is not null

),

attributed as (

    select work.*, cast(null as varchar) as payment_method from work

)

select
    attributed.customer_id,
    coalesce(map.touchpoint_id, 'unmapped') as touchpoint_id,
    cast(date_trunc('month', attributed.event_date) as date) as cost_month,
    attributed.kind,
    sum(attributed.quantity) as quantity,
    sum(attributed.quantity * rates.cost_per_unit) as cost_amount
from attributed
inner join rates
    on
        attributed.kind = rates.kind
        and attributed.cost_channel is not distinct from rates.cost_channel
        and date_trunc('month', attributed.event_date) = rates.cost_month
{{ join_event_map('attributed') }}
group by all
