with order_lines as (

    select * from {{ source('shop', 'order_lines') }}

),

mapped as (

    select
        order_no as order_id,
        line as line_no,
        placed_at as ordered_at,
        sku as product_id,
        category,
        qty as quantity,
        cast(price_cents as decimal(18, 4)) / 100 as unit_price,
        qty_returned as returned_quantity,
        returned_on as returned_at,
        modified_at as updated_at,
        {{ lineage() }}
    from order_lines

)

select * from mapped
