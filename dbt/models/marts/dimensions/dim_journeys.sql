-- One row per journey and phase.
select
    journeys.journey_id, journeys.journey_name, journeys.persona, journeys.wish, journeys.journey_position,
    phases.phase_id, phases.phase_name, phases.phase_position, phases.start_event, phases.end_event,
    phases.desired_feeling,
    phases.objective,
    phases.need,
    phases.is_order_bound,
    phases.is_moment,
    phases.not_followed_reason
from {{ source('company_folder', 'journeys') }} as journeys
inner join {{ source('company_folder', 'phases') }} as phases using (journey_id)
