{{ config(materialized='table') }}

-- One row per month and customer: the segment the customer belonged to at the month-end before it. Who is not here was
-- no customer then, or had not bought for two years.
select cast({{ months_earlier('date_trunc(\'month\', month_end)', -1) }} as date) as month, customer_id, segment
from {{ ref('int_customer_values') }}
