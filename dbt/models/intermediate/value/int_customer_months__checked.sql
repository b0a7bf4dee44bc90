-- Customers at their month-ends with a number that changes when any input of the score changes, including the version
-- of the values. Whether a customer stayed afterwards is no input. The newest month-end has intervals and quintiles,
-- for which all its customers count together: their numbers change when any of them does, and when another month-end
-- follows.
with months as (

    select * exclude (is_retained) from {{ ref('int_customer_months') }}

),

numbered as (

    select *, {{ row_fingerprint('months') }} as inputs_hash from months

),

newest as (

    select month_end, {{ rows_fingerprint(['inputs_hash']) }} as whole
    from numbered
    where month_end = (select max(month_end) from numbered)
    group by month_end

)

select
    numbered.* exclude (inputs_hash),
    hash(numbered.inputs_hash, newest.whole, model.whole) as checksum
from numbered
left join newest using (month_end)
-- once, because the text is long
cross join (select hash(model_json) as whole from {{ ref('int_value_model') }}) as model
