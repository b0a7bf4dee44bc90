-- One row per service channel, day and hour of the last 91 days: how much of the hour it was open. `any live` is open
-- when phone, chat or shop is.
with begun as (

    select min(first_date) as first_date
    from (
        select min(event_date) as first_date from {{ ref('int_visits_daily') }}
        union all
        select min(event_date) from {{ ref('int_contacts_daily') }}
    ) as facts

),

-- days before the first visit or contact are left out
last_window as (

    select distinct greatest(periods.period_start, begun.first_date) as first_date, periods.period_end as last_date
    from {{ ref('dim_periods') }} as periods
    cross join begun
    where periods.grain = 'last_91_days' and begun.first_date is not null

),

window_days as (

    select {{ days_between('first_date', 'last_date') }} as local_date from last_window

),

hours as (

    select unnest(range(24)) as hour

),

slots as (

    select
        window_days.local_date,
        hours.hour,
        {{ utc_moment(local_minute('window_days.local_date', '60 * hours.hour')) }} as begins_at,
        {{ utc_moment(local_minute('window_days.local_date', '60 * hours.hour + 60')) }} as ends_at
    from window_days
    cross join hours

),

seen as (

    select channel, true as is_declared from {{ ref('int_opening_hours__declared') }}
    union all
    select channel, false from {{ ref('int_contacts_daily') }} where event_date in (select local_date from window_days)

),

channels as (

    select channel, bool_or(is_declared) as is_declared from seen group by channel

),

-- a live channel without declared hours is always open, and then `any live` is always open too
all_channels as (

    select channel, is_declared, {{ is_live_channel('channel') }} as is_live from channels
    union all
    select '{{ any_live_channel() }}', bool_and(is_declared), true
    from channels
    where {{ is_live_channel('channel') }}
    having count(*) > 0

),

measured as (

    select
        all_channels.channel,
        all_channels.is_live,
        all_channels.is_declared,
        slots.local_date,
        slots.hour,
        {{ seconds_between('slots.begins_at', 'slots.ends_at') }} as slot_seconds,
        slots.begins_at,
        slots.ends_at
    from slots
    cross join all_channels

)

select
    measured.channel as service_channel,
    measured.is_live,
    measured.is_declared,
    measured.local_date,
    measured.hour,
    measured.slot_seconds,
    case
        when
            measured.is_declared
            then
                {{ open_seconds_until('ending', 'measured.ends_at') }}
                - {{ open_seconds_until('beginning', 'measured.begins_at') }}
        else
            measured.slot_seconds
    end
        as open_seconds
from measured
{{ join_open_period('beginning', 'measured.channel', 'measured.begins_at') }}
{{ join_open_period('ending', 'measured.channel', 'measured.ends_at') }}
