-- One row per channel of visits and day: visits at hours when no live channel is open, nor the place visited itself. An
-- hour counts as open when its middle is.
with visits as (

    select
        visits.date as local_date, visits.channel, visits.sessions, span.last_date,
        {{ utc_moment(local_minute('visits.date', '60 * visits.hour + 30')) }} as middle
    from {{ ref('int_visits') }} as visits
    cross join {{ ref('dim_signal_span') }} as span
    where
        visits.date between span.first_date and span.last_date
        and exists (select 1 from {{ ref('int_open_periods') }} where channel = '{{ any_live_channel() }}')

),

served as (

    select distinct visits.local_date, visits.channel, visits.middle
    from visits
    inner join {{ ref('int_open_periods') }} as periods
        on
            periods.channel in ('{{ any_live_channel() }}', visits.channel)
            and visits.middle >= periods.opens_at
            and visits.middle < periods.closes_at

)

select
    'unserved_hours' as signal_id,
    'channel' as subject_kind,
    visits.channel as subject_id,
    'Visits by ' || visits.channel as subject_name,
    'unserved_visits' as measure_id, visits.last_date, visits.local_date,
    cast(sum(case when served.middle is null then visits.sessions else 0 end) as double) as numerator,
    0.0 as numerator_sq,
    cast(sum(visits.sessions) as double) as denominator
from visits
left join
    served
    on visits.local_date = served.local_date and visits.channel = served.channel and visits.middle = served.middle
group by visits.channel, visits.last_date, visits.local_date
