{{ config(materialized='view') }}
-- One row per KPI: what the judgement of changes needs to know of it. known_until: the first day its sources have not
-- delivered yet; a source that ended four weeks or more before the others of its fact is not waited for.
with sources as (

    select *, max(until_date) over (partition by fact) as fact_until from {{ ref('int_fact_coverage') }}

),

covered as (

    select fact, min(until_date) as until_date from sources where until_date > fact_until - 28 group by fact

),

sides as (

    select
        kpis.kpi_id,
        min(covered.until_date) as known_until
    from {{ ref('dim_kpis') }} as kpis
    inner join
        {{ ref('dim_measures') }} as measures
        on measures.measure_id in (kpis.numerator_measure, kpis.denominator_measure)
    inner join covered on covered.fact in (measures.covered_by, measures.matures_with_fact)
    group by kpis.kpi_id

)

select
    kpis.kpi_id, kpis.kpi_name, kpis.direction, kpis.unit_kind, kpis.unit, kpis.maturity_days,
    denominators.covered_by = 'answers' as counts_answers,
    sides.known_until
from {{ ref('dim_kpis') }} as kpis
inner join {{ ref('dim_measures') }} as denominators on kpis.denominator_measure = denominators.measure_id
left join sides using (kpi_id)
