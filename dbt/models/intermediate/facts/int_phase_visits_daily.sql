{{ config(materialized='table') }}

-- Entries into phases by the local day and touchpoint on which they began, with those that ended within 28 local days
-- and how long they took. Phases that are moments are left out: they end with the event that begins them. A phase
-- counts from the first day on which an entry began that ended: before, or if there is none, what ends it is not
-- delivered.
with lasting as (

    select visits.*
    from {{ ref('int_journey_visits') }} as visits
    inner join {{ source('company_folder', 'phases') }} as phases using (journey_id, phase_id)
    where not phases.is_moment

),

known as (

    select journey_id, phase_id, min(started_date) as first_date
    from lasting
    where ended_at is not null
    group by journey_id, phase_id

),

visits as (

    select
        lasting.started_date as event_date,
        lasting.touchpoint_id,
        case
            when {{ date_distance('lasting.started_date', local_date('lasting.ended_at')) }} <= 28
                then {{ seconds_between('lasting.started_at', 'lasting.ended_at') }}
        end as seconds
    from lasting
    inner join known using (journey_id, phase_id)
    where lasting.started_date >= known.first_date

)

select
    event_date,
    touchpoint_id,
    count(*) as begun_count,
    count(seconds) as ended_count,
    coalesce(sum(seconds order by seconds), 0) as dwell_total,
    -- in order, because the order of the rows decides about the last digits
    coalesce(sum(seconds * seconds order by seconds), 0) as dwell_total_sq,
    coalesce(sum(seconds * seconds * seconds order by seconds), 0) as dwell_total_cube
from visits
group by event_date, touchpoint_id
