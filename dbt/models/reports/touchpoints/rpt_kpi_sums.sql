{{ config(materialized='parted', parts='fct_period_fingerprints', part_columns=['grain', 'period_start']) }}
-- depends_on: {{ ref('fct_period_fingerprints') }}
-- One row per KPI that a touchpoint declares and day, week and month: the sums that the figure of a free range of days
-- is made of.
select
    kpis.touchpoint_id,
    kpis.kpi_id,
    kpis.kpi_version,
    kpis.grain,
    kpis.period_start,
    kpis.period_end,
    kpis.numerator,
    case when kpis.status <> 'hidden' then sums.numerator_sq end as numerator_sq,
    case when kpis.status <> 'hidden' then sums.numerator_cube end as numerator_cube,
    kpis.denominator,
    kpis.status = 'hidden' as is_hidden,
    case
        when kpis.status = 'no_data' and versions.immature_from <= kpis.period_end then kpis.reason
    end as missing_reason,
    case when versions.late_from <= kpis.period_end then versions.late_tables end as late_tables,
    case when kpis.kpi_version > 1 and kpis.period_start < versions.valid_from then versions.valid_from end as cut_date
from {{ ref('fct_touchpoint_kpis') }} as kpis
inner join {{ source('company_folder', 'touchpoint_kpis') }} as declared
    on kpis.kpi_id = declared.kpi_id and kpis.touchpoint_id = declared.touchpoint_id
inner join {{ ref('dim_kpi_versions') }} as versions
    on kpis.kpi_id = versions.kpi_id and kpis.kpi_version = versions.version
left join {{ ref('fct_kpi_sums') }} as sums
    on
        kpis.kpi_id = sums.kpi_id
        and kpis.kpi_version = sums.kpi_version
        and kpis.touchpoint_id = sums.touchpoint_id
        and kpis.grain = sums.grain
        and kpis.period_start = sums.period_start
        and sums.scope_kind = 'touchpoint'
        and sums.dimension_set = 'total'
where
    kpis.scope_kind = 'touchpoint'
    and kpis.dimension_set = 'total'
    and kpis.grain in ('day', 'week', 'month')
    and {{ in_made_parts(['kpis.grain', 'kpis.period_start']) }}
