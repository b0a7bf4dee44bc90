-- One row per KPI, touchpoint (or the company) and closed month: the present figure. A month is closed when the data of
-- numerator and denominator reach beyond it, and what they wait for is known.
select
    kpis.kpi_id,
    kpis.kpi_version,
    kpis.touchpoint_id,
    kpis.period_start as month_start,
    kpis.numerator,
    kpis.denominator,
    kpis.value,
    kpis.n,
    kpis.unit
from {{ ref('fct_touchpoint_kpis') }} as kpis
inner join
    {{ ref('dim_kpi_versions') }} as versions
    on kpis.kpi_id = versions.kpi_id and kpis.kpi_version = versions.version
inner join {{ ref('dim_measure_bounds') }} as above on versions.numerator_measure = above.measure_id
inner join {{ ref('dim_measure_bounds') }} as below on versions.denominator_measure = below.measure_id
where
    kpis.grain = 'month'
    and kpis.dimension_set = 'total'
    and kpis.scope_kind in ('touchpoint', 'company')
    and kpis.touchpoint_id is distinct from 'unmapped'
    and kpis.value is not null
    and kpis.period_end < above.until_date
    and kpis.period_end < below.until_date
