-- One row per channel of visits (or all), service channel, weekday and hour of the last 91 days: sessions, sessions
-- while the service channel was closed, contacts.
with window_days as (

    select distinct local_date from {{ ref('fct_open_hours') }}

),

bounds as (

    select min(local_date) as first_date, max(local_date) as last_date from window_days

),

visits as (

    select visits.event_date as local_date, visits.hour, visits.channel, sum(visits.sessions) as sessions_count
    from {{ ref('int_visits') }} as visits
    cross join bounds
    where visits.event_date between bounds.first_date and bounds.last_date
    group by all

),

visit_channels as (

    select 'all' as visit_channel
    union all
    select distinct channel from visits

),

visited as (

    select visit_channels.visit_channel, visits.local_date, visits.hour, sum(visits.sessions_count) as sessions_count
    from visits
    inner join visit_channels on visit_channels.visit_channel in ('all', visits.channel)
    group by all

),

contacts as (

    select
        contacts.channel,
        contacts.is_live,
        contacts.event_date as local_date,
        {{ local_hour('contacts.queued_at') }} as hour,
        count(*) as contacts_count
    from {{ ref('int_contacts__judged') }} as contacts
    cross join bounds
    where contacts.event_date between bounds.first_date and bounds.last_date
    group by all

),

asked as (

    select channel as service_channel, local_date, hour, contacts_count from contacts
    union all
    select '{{ any_live_channel() }}', local_date, hour, sum(contacts_count) from contacts where is_live group by all

)

select
    visit_channels.visit_channel,
    open_hours.service_channel,
    {{ iso_weekday('open_hours.local_date') }} as iso_weekday,
    open_hours.hour,
    any_value(open_hours.is_live) as is_live,
    any_value(open_hours.is_declared) as is_declared,
    min(bounds.first_date) as first_date,
    max(bounds.last_date) as last_date,
    sum(open_hours.slot_seconds) as slot_seconds,
    sum(open_hours.open_seconds) as open_seconds,
    coalesce(sum(visited.sessions_count), 0) as sessions_count,
    -- when a channel is open for a part of an hour, its sessions are assumed to be spread evenly over the hour
    coalesce(sum(visited.sessions_count * (1 - open_hours.open_seconds / nullif(open_hours.slot_seconds, 0))), 0)
        as unserved_sessions_count,
    coalesce(sum(asked.contacts_count), 0) as contacts_count
from {{ ref('fct_open_hours') }} as open_hours
cross join visit_channels
cross join bounds
left join visited
    on
        visit_channels.visit_channel = visited.visit_channel
        and open_hours.local_date = visited.local_date
        and open_hours.hour = visited.hour
left join asked
    on
        open_hours.service_channel = asked.service_channel
        and open_hours.local_date = asked.local_date
        and open_hours.hour = asked.hour
group by
    visit_channels.visit_channel,
    open_hours.service_channel,
    {{ iso_weekday('open_hours.local_date') }},
    open_hours.hour
