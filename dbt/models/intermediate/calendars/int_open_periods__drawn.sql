-- One row per channel and period in which it is open, from opening hours and holidays, over the days on which there can
-- be data.
with hours as (

    select
        *,
        {{ minute_of_day('opens_at') }} as opens_minute,
        -- a closing time at or before the opening time is on the next day
        {{ minute_of_day('closes_at') }} + case when closes_at <= opens_at then 1440 else 0 end as closes_minute
    from {{ ref('int_opening_hours__declared') }}

),

bounds as (

    select min(first_date) - 8 as first_date, max(last_date) + 8 as last_date
    from (
        select min(event_date) as first_date, max(event_date) as last_date from {{ ref('int_contacts') }}
        union all
        select min(event_date), max(event_date) from {{ ref('int_visits') }}
        union all
        select local_date, local_date from {{ source('company_folder', 'today') }}
    ) as seen

),

days as (

    select {{ days_between('first_date', 'last_date') }} as local_date from bounds

),

opened as (

    select hours.channel, days.local_date, hours.opens_minute, hours.closes_minute
    from days
    inner join hours
        on
            {{ iso_weekday('days.local_date') }} = hours.weekday
            and days.local_date >= hours.valid_from
            and (hours.valid_to is null or days.local_date < hours.valid_to)
    left join {{ ref('int_holidays__declared') }} as holidays on days.local_date = holidays.holiday_date
    where holidays.holiday_date is null or not hours.closed_on_holidays
    union all
    -- before the first day with declared hours of the channel, it counts as always open
    select declared.channel, days.local_date, 0, 1440
    from days
    inner join (select channel, min(valid_from) as first_date from hours group by channel) as declared
        on days.local_date < declared.first_date

),

shared as (

    select * from opened
    union all
    select '{{ any_live_channel() }}', local_date, opens_minute, closes_minute
    from opened
    where {{ is_live_channel('channel') }}

),

moments as (

    select
        channel,
        {{ utc_moment(local_minute('local_date', 'opens_minute')) }} as opens_at,
        {{ utc_moment(local_minute('local_date', 'closes_minute')) }} as closes_at
    from shared

),

-- where periods overlap, the later one begins when the earlier ones have ended
disjoint as (

    select
        channel,
        greatest(
            opens_at,
            max(closes_at)
                over (
                    partition by channel order by opens_at, closes_at rows between unbounded preceding and 1 preceding
                )
        ) as opens_at,
        closes_at
    from moments

)

select
    channel,
    opens_at,
    closes_at,
    coalesce(
        sum({{ seconds_between('opens_at', 'closes_at') }})
            over (partition by channel order by opens_at rows between unbounded preceding and 1 preceding),
        0
    ) as open_seconds_before
from disjoint
where opens_at < closes_at
