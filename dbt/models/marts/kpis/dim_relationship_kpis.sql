-- One row per KPI with answers about the company as a whole: the company's own figure uses only those, not answers
-- about single touchpoints.
select distinct versions.kpi_id
from {{ ref('dim_kpi_versions') }} as versions
inner join {{ ref('fct_daily_measures') }} as measures
    on
        (
            versions.numerator_measure = measures.measure_id
            or (versions.denominator_scope = 'same' and versions.denominator_measure = measures.measure_id)
        )
        and measures.local_date >= versions.first_date
        and measures.local_date < versions.until_date
where versions.is_measurable and measures.touchpoint_id is null
