-- One row per channel of visits and service channel over the last 91 days: the share of sessions that came while it was
-- closed, in words.
with hours as (

    select *, {{ service_channel_name('service_channel') }} as service_name from {{ ref('fct_hour_of_week') }}

),

summed as (

    select
        visit_channel,
        service_channel,
        service_name,
        any_value(is_live) as is_live,
        any_value(is_declared) as is_declared,
        min(first_date) as first_date,
        max(last_date) as last_date,
        sum(sessions_count) as sessions_count,
        sum(unserved_sessions_count) as unserved_sessions_count,
        sum(contacts_count) as contacts_count,
        sum(open_seconds) / sum(slot_seconds) as open_share,
        sum(unserved_sessions_count) / nullif(sum(sessions_count), 0) as unserved_share
    from hours
    group by visit_channel, service_channel, service_name

),

busiest as (

    select visit_channel, service_channel, iso_weekday, hour
    from hours
    where unserved_sessions_count > 0
    qualify
        row_number()
            over (partition by visit_channel, service_channel order by unserved_sessions_count desc, iso_weekday, hour)
        = 1

)

select
    summed.visit_channel,
    summed.service_channel,
    summed.service_name,
    summed.is_live,
    summed.is_declared,
    summed.first_date,
    summed.last_date,
    cast(summed.sessions_count as bigint) as sessions_count,
    round(summed.unserved_sessions_count, 1) as unserved_sessions_count,
    summed.unserved_share,
    printf('%.1f %%', 100 * summed.unserved_share) as unserved_share_text,
    cast(summed.contacts_count as bigint) as contacts_count,
    summed.open_share,
    printf('%.0f %%', 100 * summed.open_share) as open_share_text,
    case
        when summed.visit_channel = 'all' then 'All visits' else
            upper(left(summed.visit_channel, 1)) || substr(summed.visit_channel, 2)
    end as visit_name,
    case
        when
            summed.sessions_count = 0
            then 'No visits are counted, so nothing can be said about sessions outside opening hours.'
        when
            not summed.is_declared and summed.service_channel = '{{ any_live_channel() }}'
            then 'A live channel has no declared opening hours: it counts as always open.'
        when
            not summed.is_declared
            then 'No opening hours are declared for ' || summed.service_name || ': it counts as always open.'
        when summed.unserved_share = 0 then 'No session came while ' || summed.service_name || ' was closed.'
        else
            printf('%.1f %%', 100 * summed.unserved_share)
            || ' of '
            || printf('%,.0f', summed.sessions_count)
            || ' sessions came while '
            || summed.service_name
            || ' was closed. The busiest of those hours: '
            || (['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'])[
                busiest.iso_weekday
            ]
            || printf(' from %02d:00 to %02d:00.', busiest.hour, busiest.hour + 1)
    end as sentence,
    {{ written_date('summed.first_date') }} || ' to ' || {{ written_date('summed.last_date') }} as window_text
from summed
left join busiest
    on summed.visit_channel = busiest.visit_channel and summed.service_channel = busiest.service_channel
