-- One row per touchpoint, or the company, KPI and day: customers who speak against it.
with days as (

    {{ signal_kpi_days('negative_word_of_mouth') }}  -- noqa: LT02
    and days.scope_kind in ('company', 'touchpoint') and days.dimension_set = 'total'  -- noqa: LT02

)

select
    'negative_word_of_mouth' as signal_id, days.scope_kind as subject_kind,
    coalesce(days.touchpoint_id, 'company') as subject_id,
    coalesce(touchpoints.touchpoint_name, 'The company') as subject_name,
    days.kpi_id as measure_id, days.last_date,
    days.local_date, days.numerator, days.numerator_sq, days.denominator
from days
left join {{ ref('dim_touchpoints') }} as touchpoints on days.touchpoint_id = touchpoints.touchpoint_id
where days.touchpoint_id is distinct from 'unmapped'
