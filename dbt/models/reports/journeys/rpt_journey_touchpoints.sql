-- One row per journey, phase and touchpoint, in order.
select
    journeys.journey_id, journeys.journey_name, journeys.persona, journeys.wish,
    journeys.phase_id,
    journeys.phase_name,
    journeys.need as phase_need,
    journeys.desired_feeling,
    journeys.objective,
    objectives.description as objective_text,
    journeys.phase_position,
    members.touchpoint_id, touchpoints.touchpoint_name, members.position,
    touchpoints.owner_department,
    touchpoints.is_visible,
    touchpoints.channels,
    touchpoints.promise,
    touchpoints.customer_does,
    touchpoints.input, touchpoints.output, touchpoints.not_measured_reason
from {{ ref('dim_journeys') }} as journeys
inner join {{ source('company_folder', 'phase_touchpoints') }} as members using (journey_id, phase_id)
inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
left join {{ source('company_folder', 'objectives') }} as objectives on journeys.objective = objectives.objective_id
