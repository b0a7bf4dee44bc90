-- One row per channel of visits, service channel, ISO weekday and local hour of the last 91 days, with the text a cell
-- shows.
with hours as (

    select
        *,
        (['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[iso_weekday] as weekday_name,
        printf('%02d:00 to %02d:00', hour, hour + 1) as hour_text,
        sessions_count
        / nullif(sum(sessions_count) over (partition by visit_channel, service_channel), 0) as sessions_share,
        sessions_count / nullif(max(sessions_count) over (partition by visit_channel, service_channel), 0) as busyness,
        unserved_sessions_count / nullif(sessions_count, 0) as unserved_share,
        open_seconds / slot_seconds as open_share,
        {{ service_channel_name('service_channel') }} as service_name
    from {{ ref('fct_hour_of_week') }}

)

select
    visit_channel,
    service_channel,
    iso_weekday,
    weekday_name,
    hour,
    hour_text,
    cast(sessions_count as bigint) as sessions_count,
    sessions_share,
    -- five steps for colouring: 0 without sessions, 5 near the busiest hour of the week
    cast(coalesce(ceil(5 * busyness), 0) as integer) as busyness_step,
    cast(contacts_count as bigint) as contacts_count,
    open_share,
    case when open_share >= 0.9999 then 'open' when open_share <= 0.0001 then 'closed' else 'partly' end as open_state,
    unserved_share,
    weekday_name || ' ' || hour_text || ': ' || {{ counted('sessions_count', 'session') }}
    || coalesce(printf(' (%.1f %% of the week)', 100 * sessions_share), '')
    || ', ' || {{ counted('contacts_count', 'contact') }} || '; ' || service_name
    || case
        when open_share >= 0.9999 then ' open'
        when open_share <= 0.0001 then ' closed'
        else printf(' open %.0f %% of the time', 100 * open_share)
    end as cell_text
from hours
