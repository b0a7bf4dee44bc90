-- One row per journey or channel, KPI and day: how easy its customers found it.
with days as (

    {{ signal_kpi_days('low_effort_score') }}

)

select
    'low_effort_score' as signal_id,
    case days.scope_kind when 'journey' then 'journey' else 'channel' end as subject_kind,
    coalesce(days.journey_id, days.channel) as subject_id,
    coalesce(journeys.journey_name, days.channel) as subject_name,
    days.kpi_id as measure_id, days.last_date,
    days.local_date, days.numerator, days.numerator_sq, days.denominator
from days
left join
    (select distinct journey_id, journey_name from {{ ref('dim_journeys') }}) as journeys
    on days.journey_id = journeys.journey_id
where
    (days.scope_kind = 'journey' and days.dimension_set = 'total')
    or (days.scope_kind = 'company' and days.dimension_set = 'channel')
