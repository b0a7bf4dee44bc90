-- One row per touchpoint, KPI and day: how long customers wait.
with days as (

    {{ signal_kpi_days('long_waits') }}  -- noqa: LT02
    and days.scope_kind = 'touchpoint' and days.dimension_set = 'total'  -- noqa: LT02
    and days.touchpoint_id <> 'unmapped'  -- noqa: LT02

)

select
    'long_waits' as signal_id,
    'touchpoint' as subject_kind,
    days.touchpoint_id as subject_id,
    touchpoints.touchpoint_name as subject_name,
    days.kpi_id as measure_id, days.last_date,
    days.local_date, days.numerator, days.numerator_sq, days.denominator
from days
inner join {{ ref('dim_touchpoints') }} as touchpoints on days.touchpoint_id = touchpoints.touchpoint_id
