{{ config(materialized='table') }}

-- One row per month and customer: the customer's segment at the month-end before it. Without a row: no customer yet, or
-- no order for two years.
select cast({{ months_earlier('date_trunc(\'month\', month_end)', -1) }} as date) as month, customer_id, segment
from {{ ref('int_customer_values') }}
