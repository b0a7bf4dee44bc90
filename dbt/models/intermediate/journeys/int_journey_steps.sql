{{ config(materialized='table') }}

-- One row per event of an instance and phase that it begins or ends. An instance begins with the first start event of
-- the first followed phase in a series of events without a longer gap.
with phases as (

    select
        journey_id, phase_id, phase_position, is_order_bound,
        phase_position = min(phase_position) over (partition by journey_id) as is_first
    from {{ source('company_folder', 'phases') }}
    where not_followed_reason is null

),

roles as (

    select
        events.journey_id,
        events.thread_key,
        events.stretch_number,
        events.event_key,
        events.event_order,
        events.occurred_at,
        events.event_date,
        events.touchpoint_id,
        phases.phase_id, phases.phase_position, phases.is_first,
        case when phases.is_order_bound then coalesce(events.order_key, '-') else '-' end as pair_key,
        max(case when ends.role = 'start' then 1 else 0 end) = 1 as is_start,
        max(case when ends.role = 'end' then 1 else 0 end) = 1 as is_end
    from {{ ref('int_journey_events') }} as events
    inner join {{ source('company_folder', 'phase_events') }} as ends
        on
            events.journey_id = ends.journey_id
            and events.event_type = ends.event_type
            and events.touchpoint_id = ends.touchpoint_id
    inner join phases on ends.journey_id = phases.journey_id and ends.phase_id = phases.phase_id
    where events.thread_key is not null
    group by all

),

begun as (

    select
        *,
        -- the next event of the phase comes after the gap and ends it
        coalesce(
            lead(stretch_number) over following_events > stretch_number
            and lead(is_end and not is_start) over following_events,
            false
        ) as is_ended_after_gap,
        min(case when is_first and is_start then occurred_at end)
            over (partition by journey_id, thread_key, stretch_number)
            as instance_started_at
    from roles
    window
        following_events as (
            partition by journey_id, thread_key, phase_id, pair_key
            order by occurred_at, event_order, event_key
        )

),

inside as (

    select
        *,
        lag(is_end)
            over (
                partition by journey_id, thread_key, stretch_number, phase_id, pair_key
                order by occurred_at, event_order, event_key
            )
            as is_after_end
    from begun
    where occurred_at >= instance_started_at

)

select
    *,
    -- a start event enters a phase unless the phase is open already
    is_start and coalesce(is_after_end, true) as is_entry,
    sum(case when is_start and coalesce(is_after_end, true) then 1 else 0 end)
        over (
            partition by journey_id, thread_key, stretch_number, phase_id, pair_key
            order by occurred_at, event_order, event_key
            rows unbounded preceding
        ) as pair_visit_number
from inside
