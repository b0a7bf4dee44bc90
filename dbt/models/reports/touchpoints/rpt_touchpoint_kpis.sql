{{ config(materialized='parted', parts='fct_kpi_report_parts', part_columns=['grain', 'period_start']) }}
-- depends_on: {{ ref('fct_kpi_report_parts') }}
-- One row per KPI, scope, dimension value, grain and period.
select
    kpis.kpi_id,
    kpis.journey_id,
    kpis.phase_id,
    kpis.touchpoint_id,
    kpis.dimension_set,
    kpis.channel,
    kpis.supplier_id,
    kpis.segment,
    touchpoints.owner_department,
    kpis.grain,
    kpis.period_start,
    kpis.numerator,
    kpis.denominator,
    kpis.n,
    kpis.value,
    kpis.value_lower,
    kpis.value_upper,
    case when kpis.value is not null then quantiles.median end as median,
    case when kpis.value is not null then quantiles.p90 end as p90,
    kpis.target,
    kpis.status,
    kpis.reason,
    kpis.unit,
    kpis.direction,
    kpis.kpi_version
from {{ ref('fct_touchpoint_kpis') }} as kpis
left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
left join {{ ref('fct_kpi_quantiles') }} as quantiles
    on
        kpis.kpi_id = quantiles.kpi_id
        and kpis.scope_kind = quantiles.scope_kind
        and kpis.touchpoint_id is not distinct from quantiles.touchpoint_id
        and kpis.grain = quantiles.grain
        and kpis.period_start = quantiles.period_start
        and kpis.dimension_set = quantiles.dimension_set
        and kpis.channel is not distinct from quantiles.channel
where
    kpis.grain in ('day', 'week', 'month', 'total')
    and kpis.scope_kind <> 'component'
    and {{ in_made_parts(['kpis.grain', 'kpis.period_start']) }}
union all
-- what a touchpoint (or the company) should show and cannot
select
    kpi_id,
    cast(null as varchar),
    cast(null as varchar),
    touchpoint_id,
    'total',
    cast(null as varchar),
    cast(null as varchar),
    cast(null as varchar),
    owner_department,
    'total',
    period_start,
    cast(null as double),
    cast(null as double),
    cast(null as bigint),
    cast(null as double),
    cast(null as double),
    cast(null as double),
    cast(null as double),
    cast(null as double),
    target,
    status, reason, unit, direction, cast(null as integer)
from {{ ref('fct_missing_kpis') }} as missing
where {{ in_made_parts(["'total'", 'missing.period_start']) }}
