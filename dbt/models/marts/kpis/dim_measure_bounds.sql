-- One row per measure that can be known: its days, and whether some of it is about the company as a whole, which then
-- leaves the rest to touchpoints.
with coverage as (

    select fact, min(first_date) as first_date, max(until_date) as until_date
    from {{ ref('int_fact_coverage') }}
    group by fact

),

bounds as (

    select
        measures.measure_id,
        case when measures.within_fact is null then date '1900-01-01' else other.first_date end as first_date,
        -- least() leaves out what is null
        least(own.until_date, other.until_date, later.until_date - measures.maturity_days) as until_date
    from {{ ref('dim_measures') }} as measures
    inner join coverage as own on measures.covered_by = own.fact
    left join coverage as other on measures.within_fact = other.fact
    left join coverage as later on measures.matures_with_fact = later.fact
    where
        (measures.within_fact is null or other.fact is not null)
        and (measures.maturity_days is null or later.fact is not null)

)

select
    bounds.*,
    bounds.measure_id in (
        select facts.measure_id
        from {{ ref('int_measured_facts') }} as facts
        inner join bounds as known
            on
                facts.measure_id = known.measure_id
                and facts.event_date >= known.first_date
                and facts.event_date < known.until_date
        where facts.is_relationship
    ) as has_company_answers
from bounds
