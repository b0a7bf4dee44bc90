-- One row per event with a known order or customer; neither is guessed. Visits have neither and are not included.
with orders as (

    select
        orders._key as order_key, orders.order_id, orders._source as source,
        coalesce(orders.channel, 'unknown') as channel, orders.payment_method,
        orders.ordered_at, orders.cancelled_at, resolved.customer_id
    from {{ ref('int_orders') }} as orders
    left join
        {{ ref('int_customers__resolved') }} as resolved
        on orders.customer_key = resolved.customer_key and orders._source = resolved.source

),

-- an order number that two systems use identifies no order
numbered_orders as (

    select order_id, min(order_key) as order_key, min(customer_id) as customer_id
    from orders
    group by order_id
    having count(*) = 1

),

deliveries as (

    select deliveries.*, orders.order_key, orders.customer_id
    from {{ ref('int_deliveries') }} as deliveries
    left join numbered_orders as orders using (order_id)

),

events as (

    select
        'order_placed' as event_type, order_key as event_key, source, channel, payment_method,
        cast(null as varchar) as queue,
        cast(null as varchar) as topic, cast(null as varchar) as carrier, cast(null as varchar) as supplier_id,
        ordered_at as occurred_at, order_key, customer_id
    from orders
    union all
    select
        'order_cancelled', order_key, source, channel, payment_method, null, null, null, null, cancelled_at, order_key,
        customer_id
    from orders
    where cancelled_at is not null
    union all
    select
        'shipment_sent', _key, _source, null, null, null, null, carrier, supplier_id, shipped_at, order_key, customer_id
    from deliveries
    where shipped_at is not null
    union all
    select
        'delivered', _key, _source, null, null, null, null, carrier, supplier_id, delivered_at, order_key, customer_id
    from deliveries
    where delivered_at is not null
    union all
    select
        'delivery_attempted', attempts._key, attempts._source, null, null, null, null, attempts.carrier,
        attempts.supplier_id, attempts.event_at, deliveries.order_key, deliveries.customer_id
    from {{ ref('int_delivery_events') }} as attempts
    left join deliveries on attempts.delivery_id = deliveries.delivery_id and attempts._source = deliveries._source
    where attempts.code = 'attempted'
    union all
    select
        'returned', lines._key, lines._source, null, null, null, null, null, null, lines.returned_at, orders.order_key,
        orders.customer_id
    from {{ ref('int_order_lines') }} as lines
    left join numbered_orders as orders using (order_id)
    where lines.returned_at is not null
    union all
    select
        'contact_' || contacts.channel, contacts._key, contacts._source, contacts.channel, null, contacts.queue,
        contacts.topic, null, null,
        contacts.queued_at, orders.order_key, matched.customer_id
    from {{ ref('int_contacts__judged') }} as contacts
    inner join {{ ref('int_contacts__matched') }} as matched using (_key)
    left join numbered_orders as orders using (order_id)

)

select *, {{ local_date('occurred_at') }} as event_date
from events
