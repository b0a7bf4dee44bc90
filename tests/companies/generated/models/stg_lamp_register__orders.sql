select
    slip_no as order_id,
    patron_no as customer_key,
    rung_at as ordered_at,
    aisle as channel,
    case state when 'OPEN' then 'placed' when 'DONE' then 'completed' when 'VOID' then 'cancelled' else state end
        as status,
    money as currency,
    cast(cents as decimal(18, 4)) / 100 as net_amount,
    tender as payment_method,
    case when state = 'VOID' then touched_at end as cancelled_at,
    touched_at as updated_at,
    case when slip_no like 'TRAINING%' then 'training slip' end as _rejected_reason,
    {{ lineage() }}
from {{ source('lamp_register', 'slips') }}
