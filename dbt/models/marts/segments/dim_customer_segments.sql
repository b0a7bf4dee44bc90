-- One row per customer and period of months in one segment. The segment of a month-end is valid from the next day on:
-- from_date up to, not including, until_date, which is null while the segment is current. Rows about customers are
-- never published.
with months as (

    select customer_id, segment, month_end, {{ month_number('month_end') }} as month_number
    from {{ ref('int_customer_values') }}

),

compared as (

    select
        *,
        lag(segment) over (partition by customer_id order by month_number) as earlier_segment,
        lag(month_number) over (partition by customer_id order by month_number) as earlier_month_number
    from months

),

stretches as (

    select
        *,
        sum(case when segment = earlier_segment and month_number = earlier_month_number + 1 then 0 else 1 end)
            over (partition by customer_id order by month_number) as stretch
    from compared

),

ends as (

    select
        customer_id, segment, stretch, min(month_end) as first_month_end, max(month_number) as last_month_number
    from stretches
    group by customer_id, segment, stretch

)

select
    ends.customer_id,
    ends.segment,
    ends.first_month_end + 1 as from_date,
    following.month_end + 1 as until_date
from ends
left join {{ ref('int_month_ends') }} as following on ends.last_month_number + 1 = following.month_number
