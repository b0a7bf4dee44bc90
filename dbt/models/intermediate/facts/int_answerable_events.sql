-- One row per contact, delivery or order a survey answer can ask about: its kind, its id, and what decides touchpoint
-- and day.
select
    'contact' as kind,
    1 as kind_rank,
    contact_id as reference_id,
    'contact_' || channel as event_type,
    _source as source,
    event_date,
    channel,
    cast(null as varchar) as payment_method,
    queue,
    topic,
    cast(null as varchar) as carrier,
    cast(null as varchar) as supplier_id
from {{ ref('int_contacts') }}
union all
select
    'delivery', 2, delivery_id, 'delivered', _source, event_date, cast(null as varchar),
    cast(null as varchar), cast(null as varchar), cast(null as varchar), carrier, supplier_id
from {{ ref('int_deliveries') }}
union all
select
    'order', 3, order_id, 'order_placed', _source, event_date, coalesce(channel, 'unknown'),
    payment_method, cast(null as varchar), cast(null as varchar), cast(null as varchar), cast(null as varchar)
from {{ ref('int_orders') }}
