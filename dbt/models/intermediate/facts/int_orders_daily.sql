{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('orders') }}",
    post_hook="{{ end_days('orders') }}",
) }}

select
    event_date,
    _source as source,
    coalesce(channel, 'unknown') as channel,
    payment_method,
    count(*) as orders_count,
    count(kept_net_amount) as kept_orders_count,
    count(*) filter (where not is_in_company_currency) as foreign_currency_orders_count,
    coalesce(sum(kept_net_amount), 0) as net_revenue_total,
    coalesce(sum(power(kept_net_amount, 2)), 0) as net_revenue_total_sq,
    coalesce(sum(power(kept_net_amount, 3)), 0) as net_revenue_total_cube
from {{ ref('int_orders__valued') }}
where {{ touched_days('orders') }}
group by event_date, source, coalesce(channel, 'unknown'), payment_method
