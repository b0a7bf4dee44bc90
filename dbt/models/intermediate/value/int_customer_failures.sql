-- One row per failed delivery to a known customer: later than first promised, never delivered, or damaged. It is judged
-- after 90 days: forgiven when the customer ordered again within them. A delivery cancelled before it was due did not
-- fail.
with deliveries as (

    select
        deliveries._key,
        buyers.customer_id,
        deliveries.event_date as due_date,
        {{ local_date('deliveries.delivered_at') }} as delivered_date,
        coalesce(deliveries.is_damaged, false) as is_damaged
    from {{ ref('int_deliveries') }} as deliveries
    inner join {{ ref('int_order_buyers') }} as buyers on deliveries.order_id = buyers.order_id
    where
        buyers.customer_id is not null
        and coalesce(buyers.cancelled_date > deliveries.event_date, true)
        and {{ is_due() }}
        -- where no source says when things arrived, nothing is known to have failed
        and {{ is_delivered('deliveries.delivered_at') }}

),

failed as (

    select
        _key,
        customer_id,
        case when coalesce(delivered_date > due_date, true) then due_date else delivered_date end as failed_date
    from deliveries
    where coalesce(delivered_date > due_date, true) or is_damaged

),

judged as (

    select *, {{ month_number('failed_date + 90') }} as judged_month_number from failed

),

forgiven as (

    select distinct judged._key
    from judged
    inner join {{ ref('int_customer_orders') }} as orders
        on
            judged.customer_id = orders.customer_id
            and orders.timeline in (0, judged.judged_month_number)
            and orders.ordered_date > judged.failed_date
            and orders.ordered_date <= judged.failed_date + 90

)

select
    judged._key as delivery_key,
    judged.customer_id,
    judged.failed_date,
    judged.judged_month_number,
    forgiven._key is not null as is_forgiven
from judged
left join forgiven on judged._key = forgiven._key
