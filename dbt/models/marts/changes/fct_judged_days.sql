{{ config(materialized='view') }}
-- One row per KPI, touchpoint, day and part of the figure: its numerator and denominator; the rows of one day add up.
-- Where the denominator belongs to the whole company, every touchpoint gets it, also on days without a numerator.
with touchpoint_days as (

    select
        days.kpi_id, days.touchpoint_id, days.local_date, days.numerator, days.denominator, kpis.denominator_scope
    from {{ ref('fct_kpi_days') }} as days
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    where days.scope_kind = 'touchpoint' and days.dimension_set = 'total'

)

select kpi_id, touchpoint_id, local_date, numerator, denominator
from touchpoint_days
where denominator_scope <> 'company'
union all
select kpi_id, touchpoint_id, local_date, numerator, 0
from touchpoint_days
where denominator_scope = 'company'
union all
select company.kpi_id, places.touchpoint_id, company.period_start, 0, company.denominator
from {{ ref('fct_company_denominators') }} as company
inner join
    (select distinct kpi_id, touchpoint_id from touchpoint_days where denominator_scope = 'company') as places
    using (kpi_id)
where company.grain = 'day' and not company.is_of_segment
