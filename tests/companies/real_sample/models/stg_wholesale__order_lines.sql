-- One row per invoice line. Exact copies of a line get its number, so the last one supersedes the others. Lines of a
-- credit note keep their quantity below zero; what is no order is rejected as in stg_wholesale__orders.
with lines as (

    select
        *,
        min(_source_line) over (
            partition by invoice_no, stock_code, description, quantity, invoiced_at, unit_price, customer_no, country
        ) as first_line,
        min(quantity) over (partition by invoice_no) as lowest_quantity,
        max(unit_price) over (partition by invoice_no) as highest_price
    from {{ source('wholesale', 'invoice_lines') }}

),

numbered as (

    select
        *,
        dense_rank() over (partition by invoice_no order by first_line) as line_no
    from lines

)

select
    invoice_no as order_id,
    line_no,
    invoiced_at as ordered_at,
    stock_code as product_id,
    quantity,
    unit_price,
    case
        when invoice_no like 'A%' then 'bad debt written off, not an order'
        when invoice_no like 'C%' then null
        when lowest_quantity < 0 then 'stock written off: below zero without a cancellation'
        when highest_price = 0 then 'stock counted in: no price'
    end as _rejected_reason,
    {{ lineage() }}
from numbered
