-- One row per component, KPI and period: its target. This is its own target if it has one; otherwise the mean of its
-- touchpoints' targets, weighted by their denominators. When the denominator belongs to the whole company, the targets
-- are summed.
with own as (

    select component_id, kpi_id, target, lower_bound
    from {{ source('company_folder', 'components') }}
    where target is not null and kpi_id is not null

),

counted as (

    select
        components.component_id, components.kpi_id, sums.grain, sums.period_start, kpis.denominator_scope,
        targets.target, coalesce(targets.lower_bound, targets.target) as bound,
        targets.lower_bound, sums.denominator
    from {{ source('company_folder', 'components') }} as components
    inner join {{ source('company_folder', 'component_touchpoints') }} as members using (component_id)
    inner join {{ source('company_folder', 'touchpoint_kpis') }} as targets
        on members.touchpoint_id = targets.touchpoint_id and components.kpi_id = targets.kpi_id
    inner join {{ ref('dim_kpis') }} as kpis on components.kpi_id = kpis.kpi_id
    inner join {{ ref('fct_kpi_sums') }} as sums
        on
            sums.scope_kind = 'touchpoint'
            and targets.touchpoint_id = sums.touchpoint_id
            and targets.kpi_id = sums.kpi_id
            and sums.dimension_set = case when components.supplier_id is null then 'total' else 'supplier' end
            and components.supplier_id is not distinct from sums.supplier_id
    where components.target is null and sums.denominator > 0

)

select
    own.component_id, own.kpi_id, periods.grain, periods.period_start, own.target, own.lower_bound
from own
cross join (select distinct grain, period_start from {{ ref('dim_periods') }}) as periods
union all
select
    component_id, kpi_id, grain, period_start,
    -- rounded, so that the sum does not depend on the order of the rows
    round(
        case when denominator_scope = 'company' then sum(target) else sum(target * denominator) / sum(denominator) end,
        9
    ),
    round(case
        when count(lower_bound) = 0 then null
        when denominator_scope = 'company' then sum(bound)
        else sum(bound * denominator) / sum(denominator)
    end, 9)
from counted
group by component_id, kpi_id, grain, period_start, denominator_scope
