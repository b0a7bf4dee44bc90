-- How long customers wait at each touchpoint, per day.
with days as (

    {{ signal_kpi_days('long_waits') }}
    and days.scope_kind = 'touchpoint' and days.dimension_set = 'total' and days.touchpoint_id <> 'unmapped'

),

bounds as (

    select substr(threshold, 9) as kpi_id, value as bound
    from {{ source('company_folder', 'signal_thresholds') }}
    where signal_id = 'long_waits' and threshold like 'longest_%'

)

select
    'long_waits' as signal_id, 'touchpoint' as subject_kind, days.touchpoint_id as subject_id, touchpoints.touchpoint_name as subject_name,
    days.kpi_id as measure_id, {{ within_sentence('days.kpi_name') }} as measure_name, days.unit_kind, days.method, days.harm,
    bounds.bound as level_threshold, true as judges_moves, 0.0 as smallest_rise, false as needs_every_week, days.last_date,
    days.local_date, days.numerator, days.numerator_sq, days.denominator
from days
inner join {{ ref('dim_touchpoints') }} as touchpoints on days.touchpoint_id = touchpoints.touchpoint_id
left join bounds on days.kpi_id = bounds.kpi_id
