{{ config(materialized='table') }}

-- One row per entry of an instance into a phase: when and at which touchpoint it began, when it ended, whether the
-- instance came back from a later phase, and whether the event that would have ended it came after the gap
-- (is_cut_off).
with visits as (

    select
        journey_id, thread_key, stretch_number, phase_id, phase_position, pair_key, pair_visit_number,
        min(occurred_at) as started_at,
        min(event_order) filter (where is_entry) as event_order,
        min(event_date) filter (where is_entry) as started_date,
        min(touchpoint_id) filter (where is_entry) as touchpoint_id,
        min(case when is_end then occurred_at end) as ended_at,
        count(*) filter (where is_end) = 0 and bool_or(is_ended_after_gap) as is_cut_off
    from {{ ref('int_journey_steps') }}
    where pair_visit_number > 0
    group by all

),

numbered as (

    select
        *,
        row_number()
            over (
                partition by journey_id, thread_key, stretch_number
                order by started_at, event_order, phase_position, pair_key
            )
            as visit_number,
        row_number()
            over (
                partition by journey_id, thread_key, stretch_number, phase_id order by started_at, event_order, pair_key
            )
            as phase_visit_number,
        lag(phase_position)
            over (
                partition by journey_id, thread_key, stretch_number
                order by started_at, event_order, phase_position, pair_key
            )
            as previous_position
    from visits

)

select
    journey_id,
    thread_key,
    stretch_number,
    visit_number,
    phase_id,
    phase_position,
    phase_visit_number,
    touchpoint_id,
    started_date,
    started_at,
    ended_at,
    is_cut_off,
    {{ seconds_between('started_at', 'ended_at') }} / 3600 as dwell_hours,
    phase_visit_number > 1 and coalesce(previous_position > phase_position, false) as is_looped_back,
    phase_visit_number > 1 and coalesce(previous_position = phase_position, false) as is_again
from numbered
