{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('shipped_units') }}",
    post_hook="{{ end_days('shipped_units') }}",
) }}

-- Units by the day their order left, with those that came back within 30 days.
select
    shipped_date as event_date,
    order_source as source,
    channel,
    sum(units_count) as shipped_units_count,
    sum(returned_units_count) as returned_units_count
from {{ ref('int_order_outcomes') }}
where shipped_date is not null and units_count > 0 and {{ touched_days('shipped_units', 'shipped_date') }}
group by shipped_date, order_source, channel
