{{ config(materialized='table') }}

-- One row per month-end: a text that changes when any input of its customers' scores changes, including the version of
-- the values. Whether customers stayed afterwards is not an input. Only the newest month-end has intervals, so its text
-- changes when another month-end follows.
with checksums as (

    {{ checksums_of(ref('int_customer_months'), 'month_end', ignored='is_retained') }}

),

newest as (

    select max(month_end) as month_end from checksums

)

select
    checksums.month_end,
    checksums.checksum || ' ' || coalesce(md5(model.model_json), 'none')
    || case when checksums.month_end = newest.month_end then ' newest' else '' end as checksum
from checksums
cross join newest
cross join {{ ref('int_value_model') }} as model
