-- One row per journey instance: when it began, whether it may still go on, and its path. An instance is over when its
-- gap has passed in the data.
with needed_facts as (

    select distinct
        journey_id,
        {{ fact_of_event('event_type') }} as fact
    from {{ source('company_folder', 'phase_events') }}

),

coverage as (

    select fact, max(until_date) as until_date
    from {{ ref('int_fact_coverage') }}
    group by fact

),

-- the first day with events that may not have landed yet
known as (

    select needed_facts.journey_id, min(coverage.until_date) as until_date
    from needed_facts
    inner join coverage using (fact)
    group by needed_facts.journey_id

),

stretches as (

    select
        journey_id,
        thread_key,
        stretch_number,
        min(instance_started_at) as started_at,
        max(event_date) as last_event_date
    from {{ ref('int_journey_steps') }}
    group by journey_id, thread_key, stretch_number

),

named as (

    select
        visits.*,
        phases.phase_name,
        coalesce(
            lead(visits.is_again) over (
                partition by visits.journey_id, visits.thread_key, visits.stretch_number order by visits.visit_number
            ),
            false
        ) as is_repeated_next
    from {{ ref('int_journey_visits') }} as visits
    inner join {{ ref('dim_journeys') }} as phases using (journey_id, phase_id)

),

ways as (

    select
        journey_id, thread_key, stretch_number,
        count(*) as visits_count,
        string_agg(
            case when not is_again then phase_name || case when is_repeated_next then ' (again)' else '' end end,
            ' → ' order by visit_number
        ) as path,
        max(case when ended_at is null then visit_number end) as open_visit_number
    from named
    group by journey_id, thread_key, stretch_number

)

select
    stretches.journey_id,
    stretches.thread_key,
    stretches.stretch_number,
    stretches.started_at,
    {{ local_date('stretches.started_at') }} as started_date,
    stretches.last_event_date,
    known.until_date as data_until_date,
    {{ date_distance('stretches.last_event_date', 'known.until_date') }} <= journeys.gap_days as is_running,
    ways.visits_count,
    ways.path,
    open_visits.phase_id as open_phase_id,
    open_visits.phase_name as open_phase_name
from stretches
inner join ways using (journey_id, thread_key, stretch_number)
inner join known using (journey_id)
inner join {{ source('company_folder', 'journeys') }} as journeys using (journey_id)
left join named as open_visits
    on
        ways.journey_id = open_visits.journey_id
        and ways.thread_key = open_visits.thread_key
        and ways.stretch_number = open_visits.stretch_number
        and ways.open_visit_number = open_visits.visit_number
