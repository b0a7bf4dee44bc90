{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('order_cohorts') }}",
    post_hook="{{ end_days('order_cohorts') }}",
) }}

-- Orders by the day they were placed, with the contacts about them in the 28 days after.
select
    ordered_date as event_date,
    order_source as source,
    channel,
    payment_method,
    count(*) as orders_count,
    cast(sum(contacts_count) as bigint) as contacts_count
from {{ ref('int_order_outcomes') }}
where ordered_date is not null and {{ touched_days('order_cohorts', 'ordered_date') }}
group by ordered_date, order_source, channel, payment_method
