{{ config(materialized='parted', parts='fct_period_fingerprints', part_columns=['grain', 'period_start']) }}
-- depends_on: {{ ref('fct_period_fingerprints') }}
-- One row per KPI, scope, dimension value and period. Only this model divides.
with kpis as (

    select * from {{ ref('dim_kpi_versions') }}

),

divided as (

    select
        completed.*,
        kpis.unit, kpis.direction, kpis.minimum_n, kpis.interval_method, kpis.maturity_days, kpis.immature_from,
        kpis.window_shift_days, kpis.late_from, kpis.late_tables, kpis.is_current,
        kpis.decides_segments and completed.dimension_set = 'segment' as is_circular,
        case when kpis.version > 1 and completed.period_start < kpis.valid_from then kpis.valid_from end as cut_date,
        completed.numerator / nullif(completed.denominator, 0) as value,
        {{ kpi_bound('kpis.interval_method', 'completed', '-') }} as value_lower,
        {{ kpi_bound('kpis.interval_method', 'completed', '+') }} as value_upper,
        {{ is_rough('kpis.interval_method', 'completed') }} as is_rough
    from {{ ref('fct_kpi_sums') }} as completed
    inner join kpis on completed.kpi_id = kpis.kpi_id and completed.kpi_version = kpis.version
    where {{ in_made_parts(['completed.grain', 'completed.period_start']) }}

),

targets as (

    select
        kpi_id,
        'touchpoint' as scope_kind,
        touchpoint_id as scope_id,
        cast(null as varchar) as grain,
        cast(null as date) as period_start,
        target,
        lower_bound
    from {{ source('company_folder', 'touchpoint_kpis') }}
    union all
    select kpi_id, 'component', component_id, grain, period_start, target, lower_bound
    from {{ ref('fct_component_targets') }}

),

judged as (

    select
        divided.*,
        targets.target,
        targets.lower_bound,
        {{ kpi_status('divided', 'targets') }} as status
    from divided
    -- a target applies to the current definition only, and not to customers who were chosen by what the KPI counts
    left join targets
        on
            divided.is_current
            and not divided.is_circular
            and divided.kpi_id = targets.kpi_id
            and divided.scope_kind = targets.scope_kind
            and coalesce(divided.touchpoint_id, divided.component_id) = targets.scope_id
            and coalesce(targets.grain, divided.grain) = divided.grain
            and coalesce(targets.period_start, divided.period_start) = divided.period_start

)

select
    judged.kpi_id, judged.kpi_version, judged.scope_kind, judged.journey_id, judged.phase_id, judged.touchpoint_id,
    judged.component_id, judged.dimension_set, judged.channel, judged.supplier_id, judged.segment, judged.grain,
    judged.period_start, judged.period_end,
    case when judged.status <> 'hidden' then judged.numerator end as numerator,
    case when judged.status <> 'hidden' then judged.denominator end as denominator,
    cast(judged.denominator as bigint) as n,
    case when judged.status <> 'hidden' then judged.value end as value,
    case when judged.status <> 'hidden' then judged.value_lower end as value_lower,
    case when judged.status <> 'hidden' then judged.value_upper end as value_upper,
    judged.target,
    judged.lower_bound,
    judged.status,
    {{ kpi_reason('judged') }} as reason,
    judged.unit,
    judged.direction
from judged
