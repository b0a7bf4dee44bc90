-- Events of the closed list per day and kind, mapped to touchpoints or not. One row per event type, day and the
-- attributes rules may name.
select
    'order_placed' as event_type,
    source,
    channel,
    payment_method,
    cast(null as varchar) as queue,
    cast(null as varchar) as topic,
    cast(null as varchar) as carrier,
    cast(null as varchar) as supplier_id,
    event_date,
    sum(orders_count) as events_count
from {{ ref('int_orders_daily') }}
group by all
union all
select
    'order_cancelled',
    _source,
    coalesce(channel, 'unknown'),
    payment_method,
    null,
    null,
    null,
    null,
    {{ local_date('cancelled_at') }},
    count(*)
from {{ ref('int_orders') }}
where cancelled_at is not null
group by all
union all
select 'returned', _source, null, null, null, null, null, null, {{ local_date('returned_at') }}, count(*)
from {{ ref('int_order_lines') }}
where returned_at is not null
group by all
union all
select 'contact_' || channel, source, channel, null, queue, topic, null, null, event_date, sum(contacts_count)
from {{ ref('int_contacts_daily') }}
group by all
union all
select 'shipment_sent', _source, null, null, null, null, carrier, supplier_id, {{ local_date('shipped_at') }}, count(*)
from {{ ref('int_deliveries') }}
where shipped_at is not null
group by all
union all
select 'delivered', _source, null, null, null, null, carrier, supplier_id, {{ local_date('delivered_at') }}, count(*)
from {{ ref('int_deliveries') }}
where delivered_at is not null
group by all
union all
select 'delivery_attempted', _source, null, null, null, null, carrier, supplier_id, event_date, count(*)
from {{ ref('int_delivery_events') }}
where code = 'attempted'
group by all
union all
select 'visit', source, channel, null, null, null, null, null, event_date, sum(sessions_count)
from {{ ref('int_visits_daily') }}
group by all
