-- One row per channel, purpose and day: costs, over what they are for: costs of kind `contact` over its contacts, all
-- others over its orders.
with costs as (

    select
        channel,
        case when kind = 'contact' then 'contact' else 'order' end as purpose,
        event_date,
        cast(sum(amount) as double) as amount
    from {{ ref('int_costs') }}
    group by all

),

volumes as (

    select channel, 'contact' as purpose, event_date, cast(sum(contacts_count) as double) as volume
    from {{ ref('int_contacts_daily') }}
    group by all
    union all
    select channel, 'order', event_date, cast(sum(orders_count) as double)
    from {{ ref('int_orders_daily') }}
    group by all

),

-- costs reach as far as they were posted: later days have contacts and no costs yet
posted as (

    select least(span.last_date, (select max(event_date) from costs)) as last_date, span.first_date
    from {{ ref('dim_signal_span') }} as span

),

days as (

    select channel, purpose, event_date, amount, 0.0 as volume from costs
    union all
    select channel, purpose, event_date, 0.0, volume from volumes

)

select
    'rising_costs' as signal_id, 'channel' as subject_kind, days.channel as subject_id, days.channel as subject_name,
    'cost_per_' || days.purpose as measure_id, posted.last_date,
    days.event_date as local_date, sum(days.amount) as numerator, 0.0 as numerator_sq, sum(days.volume) as denominator
from days
cross join posted
where
    days.event_date between posted.first_date and posted.last_date
    and exists (select 1 from costs where costs.channel = days.channel and costs.purpose = days.purpose)
    and exists (select 1 from volumes where volumes.channel = days.channel and volumes.purpose = days.purpose)
group by days.channel, days.purpose, posted.last_date, days.event_date
