{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('orders') }}",
    post_hook="{{ end_days('orders') }}",
) }}

with orders as (

    select
        *,
        status is distinct from 'cancelled' and cancelled_at is null as is_kept,
        coalesce(currency, '{{ var("currency") }}') = '{{ var("currency") }}' as is_in_company_currency
    from {{ ref('int_orders') }}
    where {{ touched_days('orders') }}

),

valued as (

    select
        *,
        case when is_kept and is_in_company_currency then cast(net_amount as double) end as kept_net_amount
    from orders

)

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
from valued
group by event_date, source, coalesce(channel, 'unknown'), payment_method
