-- Orders in the channels whose visits are counted, from the channel's first counted visit on.
with visited_channels as (

    select channel, min(event_date) as first_date from {{ ref('int_visits_daily') }} group by channel

)

select orders.event_date, orders.channel, cast(sum(orders.orders_count) as bigint) as orders_count
from {{ ref('int_orders_daily') }} as orders
inner join
    visited_channels
    on orders.channel = visited_channels.channel and orders.event_date >= visited_channels.first_date
group by orders.event_date, orders.channel
