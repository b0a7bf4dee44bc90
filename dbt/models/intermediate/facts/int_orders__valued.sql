-- One row per order with the amount that counts as revenue: null when the order was cancelled or is in another
-- currency.
with orders as (

    select
        *,
        (status is distinct from 'cancelled') and cancelled_at is null as is_kept,
        coalesce(currency, '{{ var("currency") }}') = '{{ var("currency") }}' as is_in_company_currency
    from {{ ref('int_orders') }}

)

select
    *,
    case when is_kept and is_in_company_currency then cast(net_amount as double) end as kept_net_amount
from orders
