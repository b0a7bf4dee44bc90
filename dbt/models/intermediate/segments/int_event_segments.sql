-- One row per daily fact and row that it counts: the segment of its customer at the last month-end before it, and at
-- the month-end before that one. `unknown`: the customer is unknown or was no customer yet; null before the first
-- month-end with segments.
select
    events.fact,
    events.event_key,
    events.event_date,
    case when events.event_date >= known.first_month then coalesce(segments.segment, 'unknown') end as segment,
    case
        when
            events.event_date >= {{ months_earlier('known.first_month', -1) }}
            then coalesce(earlier.segment, 'unknown')
    end
        as segment_before
from {{ ref('int_event_customers') }} as events
cross join (select min(month) as first_month from {{ ref('int_customer_segments') }}) as known
left join {{ ref('int_customer_segments') }} as segments
    on
        events.customer_id = segments.customer_id
        and cast(date_trunc('month', events.event_date) as date) = segments.month
left join {{ ref('int_customer_segments') }} as earlier
    on
        events.customer_id = earlier.customer_id
        and {{ months_earlier("date_trunc('month', events.event_date)", 1) }} = earlier.month
