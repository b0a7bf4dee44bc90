-- One row per invoice, combined from its lines; _lake_rows is their number.   C before the number: a credit note. It
-- names no order, so it is a separate cancelled order, paid by credit_note. It counts as a     cancellation, never in
-- revenue, and touchpoints.yml leaves it out of the orders placed.   A before the number: a bad debt written off.
-- Rejected.   A negative line without C: broken or lost stock at price 0. Rejected, like every invoice without a price:
-- a correction of stock.
--   Exact copies of a line (same eight values) count once in net_amount; order_lines shows them as superseded.
--   No customer number: a guest. Kept.
with lines as (

    select
        *,
        row_number() over (
            partition by invoice_no, stock_code, description, quantity, invoiced_at, unit_price, customer_no, country
            order by _source_file, _source_line
        ) as copy_number
    from {{ source('wholesale', 'invoice_lines') }}

),

invoices as (

    select
        invoice_no,
        min(customer_no) as customer_no,
        min(invoiced_at) as invoiced_at,
        sum(quantity * unit_price) filter (where copy_number = 1) as amount,
        min(quantity) as lowest_quantity,
        max(unit_price) as highest_price,
        {{ lineage_of_group() }}
    from lines
    group by invoice_no

)

select
    invoice_no as order_id,
    customer_no as customer_key,
    invoiced_at as ordered_at,
    'web' as channel,
    case when invoice_no like 'C%' then 'cancelled' else 'completed' end as status,
    'GBP' as currency,
    amount as net_amount,
    case when invoice_no like 'C%' then 'credit_note' else 'invoice' end as payment_method,
    case when invoice_no like 'C%' then invoiced_at end as cancelled_at,
    case
        when invoice_no like 'A%' then 'bad debt written off, not an order'
        when invoice_no like 'C%' then null
        when lowest_quantity < 0 then 'stock written off: below zero without a cancellation'
        when highest_price = 0 then 'stock counted in: no price'
    end as _rejected_reason,
    {{ lineage() }},
    _lake_rows,
    _lake_fingerprint
from invoices
