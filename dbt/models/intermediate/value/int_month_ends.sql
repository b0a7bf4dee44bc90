{{ config(materialized='table') }}

-- One row per complete calendar month of orders: its last day, the cut-off for customers' figures. A month is complete
-- when a source of orders has delivered its last day.
with covered as (

    select
        orders._source as source,
        min(orders.event_date) as first_date,
        coalesce(max(landed.landed_until) - 1, max(orders.event_date)) as last_date
    from {{ ref('int_orders') }} as orders
    left join (
        select source, max(window_end) as landed_until
        from {{ source('landing', 'landing_log') }}
        where status = 'landed'
        group by source
    ) as landed on orders._source = landed.source
    group by orders._source

),

days as (

    select {{ days_between('min(first_date)', 'max(last_date)') }} as local_date from covered

)

select
    {{ month_number('local_date') }} as month_number,
    max(local_date) as month_end
from days
group by {{ month_number('local_date') }}
having {{ month_number('max(local_date)') }} < {{ month_number('max(local_date) + 1') }}
