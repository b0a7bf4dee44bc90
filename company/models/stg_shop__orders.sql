with orders as (

    select * from {{ source('shop', 'orders') }}

),

mapped as (

    select
        order_no as order_id,
        customer_no as customer_key,
        placed_at as ordered_at,
        case sales_channel
            when 'WEB' then 'web'
            when 'APP' then 'app'
            when 'SHP' then 'shop'
            when 'TEL' then 'phone'
            else lower(sales_channel)
        end as channel,
        case state
            when '10' then 'placed'
            when '90' then 'completed'
            when '95' then 'completed'
            when '99' then 'cancelled'
        end as status,
        currency,
        cast(list_total_cents as decimal(18, 4)) / 100 as gross_amount,
        cast(goods_total_cents as decimal(18, 4)) / 100 as net_amount,
        cast(discount_cents as decimal(18, 4)) / 100 as discount_amount,
        cast(shipping_cents as decimal(18, 4)) / 100 as shipping_amount,
        cast(cost_cents as decimal(18, 4)) / 100 as cost_amount,
        case pay_method
            when 'IDL' then 'ideal'
            when 'CRD' then 'card'
            when 'INV' then 'invoice'
            when 'CRE' then 'credit'
            when 'GFT' then 'gift_card'
            when 'CSH' then 'cash'
            else lower(pay_method)
        end as payment_method,
        pay_method = 'CRE' as is_credit,
        nullif(promo, '') as promo_code,
        cancelled_on as cancelled_at,
        modified_at as updated_at,
        case when order_no like 'TEST%' then 'test order' end as _rejected_reason,
        {{ lineage() }}
    from orders

)

select * from mapped
