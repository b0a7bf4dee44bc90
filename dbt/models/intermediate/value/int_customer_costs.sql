-- One row per handled contact, delivery with extra attempts and returned line: the cost of that work and its customer
-- (null: unknown). A month's costs are shared out over handling seconds, extra attempts and returned lines, as in
-- int_service_costs_daily. A view, because it reads every row. Rows about customers are never published.
with work as (

    select
        'contact' as kind, contacts.channel as cost_channel, matched.customer_id, contacts.event_date,
        'contact_' || contacts.channel as event_type,
        contacts._source as source,
        contacts.channel,
        contacts.queue,
        contacts.topic,
        cast(null as varchar) as carrier,
        cast(null as varchar) as supplier_id,
        cast(contacts.handle_seconds as double) as quantity
    from {{ ref('int_contacts__judged') }} as contacts
    inner join {{ ref('int_contacts__matched') }} as matched using (_key)
    where contacts.handle_seconds > 0
    union all
    select
        'redelivery', cast(null as varchar), buyers.customer_id, deliveries.event_date,
        'delivered', deliveries._source, cast(null as varchar), cast(null as varchar), cast(null as varchar),
        deliveries.carrier, coalesce(deliveries.supplier_id, 'unknown'), deliveries.attempts - 1
    from {{ ref('int_deliveries') }} as deliveries
    left join {{ ref('int_order_buyers') }} as buyers on deliveries.order_id = buyers.order_id
    where deliveries.attempts > 1
    union all
    select
        'return', cast(null as varchar), buyers.customer_id, {{ local_date('lines.returned_at') }},
        'returned', lines._source, cast(null as varchar), cast(null as varchar), cast(null as varchar),
        cast(null as varchar), cast(null as varchar), 1
    from {{ ref('int_order_lines') }} as lines
    left join {{ ref('int_order_buyers') }} as buyers on lines.order_id = buyers.order_id
    where lines.returned_at is not null

),

quantities as (

    select kind, cost_channel, date_trunc('month', event_date) as cost_month, sum(quantity) as quantity
    from work
    group by kind, cost_channel, date_trunc('month', event_date)

),

rates as (

    select
        quantities.kind,
        quantities.cost_channel,
        quantities.cost_month,
        costs.amount / quantities.quantity as cost_per_unit
    from quantities
    inner join {{ ref('int_monthly_costs') }} as costs
        on
            quantities.kind = costs.kind
            and quantities.cost_channel is not distinct from costs.cost_channel
            and quantities.cost_month = costs.cost_month

)

select
    work.customer_id,
    work.event_date,
    work.kind,
    work.event_type,
    work.source,
    work.channel,
    work.queue,
    work.topic,
    work.carrier,
    work.supplier_id,
    work.quantity,
    -- six decimals, so that sums do not depend on the order of the rows
    cast(work.quantity * rates.cost_per_unit as decimal(18, 6)) as cost_amount
from work
inner join rates
    on
        work.kind = rates.kind
        and work.cost_channel is not distinct from rates.cost_channel
        and date_trunc('month', work.event_date) = rates.cost_month
