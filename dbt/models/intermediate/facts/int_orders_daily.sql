{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('orders') }}",
    post_hook="{{ end_days('orders') }}",
) }}

-- depends_on: {{ ref('int_segment_days') }}
select
    orders.event_date,
    orders._source as source,
    coalesce(orders.channel, 'unknown') as channel,
    orders.payment_method,
    segments.segment,
    segments.segment_before,
    count(*) as orders_count,
    count(kept_net_amount) as kept_orders_count,
    count(*) filter (where not is_in_company_currency) as foreign_currency_orders_count,
    coalesce(sum(kept_net_amount), 0) as net_revenue_total,
    coalesce(sum(power(kept_net_amount, 2)), 0) as net_revenue_total_sq,
    coalesce(sum(power(kept_net_amount, 3)), 0) as net_revenue_total_cube
from {{ ref('int_orders__valued') }} as orders
left join {{ segments_of('orders') }} as segments on orders._key = segments.event_key
where {{ touched_days('orders', 'orders.event_date') }}
group by
    orders.event_date,
    orders._source,
    coalesce(orders.channel, 'unknown'),
    orders.payment_method,
    segments.segment,
    segments.segment_before
