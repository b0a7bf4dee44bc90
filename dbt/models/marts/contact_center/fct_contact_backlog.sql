-- One row per channel and day of the last 91: contacts that were open at the end of the day. A contact is open from the
-- day it came until it ended; without an end, until it was answered or given up. Channels whose source says neither are
-- unknown: they have one row per day without a count.
with contacts as (

    select
        channel,
        _source,
        event_date as opened_date,
        ended_at,
        answered_at,
        is_abandoned,
        {{ local_date('coalesce(ended_at, answered_at, case when is_abandoned then queued_at end)') }} as closed_date
    from {{ ref('int_contacts') }}
    where coalesce(direction, 'inbound') = 'inbound'

),

-- a source says what is open when it says when contacts ended; or when they were answered, and on live channels also
-- which were given up
sources as (

    select
        channel,
        _source,
        count(ended_at) > 0
        or (count(answered_at) > 0 and (not {{ is_live_channel('channel') }} or count(is_abandoned) > 0)) as is_known
    from contacts
    group by channel, _source

),

channels as (

    select channel, bool_and(is_known) as is_known from sources group by channel

),

steps as (

    select channel, opened_date as day, 1 as opened, 0 as aged from contacts
    union all
    select channel, closed_date, -1, 0 from contacts where closed_date is not null
    union all
    select channel, opened_date + 7, 0, 1 from contacts where closed_date is null or closed_date > opened_date + 7
    union all
    select channel, closed_date, 0, -1 from contacts where closed_date > opened_date + 7

),

days as (

    select {{ days_between('until_date - 91', 'until_date - 1') }} as day
    from (select max(until_date) as until_date from {{ ref('int_fact_coverage') }} where fact = 'contacts') as covered
    where until_date is not null

),

stepped as (

    select channel, day, sum(opened) as opened, sum(aged) as aged
    from (
        select * from steps
        union all
        select channels.channel, days.day, 0, 0
        from channels
        cross join days
    ) as all_steps
    group by channel, day

),

summed as (

    select
        channel,
        day,
        sum(opened) over (partition by channel order by day) as open_count,
        sum(aged) over (partition by channel order by day) as older_count
    from stepped

)

select
    summed.channel,
    summed.day as local_date,
    case when channels.is_known then cast(summed.open_count as bigint) end as open_count,
    case when channels.is_known then cast(summed.older_count as bigint) end as older_count,
    channels.is_known
from summed
inner join days on summed.day = days.day
inner join channels on summed.channel = channels.channel
