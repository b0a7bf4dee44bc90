-- One row per window, touchpoint (or component, supplier, or the company) and KPI: the value of the window and of the
-- window before it, and whether the difference is more than noise.
{% set compared_scopes -%}
((dimension_set = 'total' and scope_kind in ('touchpoint', 'company', 'component'))
    or (dimension_set in ('supplier', 'other_supplier') and scope_kind = 'company'))
{%- endset %}
with now as (

    select * from {{ ref('fct_touchpoint_kpis') }}
    where {{ compared_scopes }} and grain like 'last_%'

),

before as (

    select
        kpi_id,
        kpi_version,
        touchpoint_id,
        component_id,
        supplier_id,
        scope_kind,
        replace(grain, 'before_', '') as grain,
        value,
        value_lower,
        value_upper
    from {{ ref('fct_touchpoint_kpis') }}
    where {{ compared_scopes }} and grain like 'before_%' and n >= 30

),

compared as (

    select
        now.*,
        before.value as previous_value,
        now.value - before.value as move,
        sqrt(
            power((now.value_upper - now.value_lower) / 2, 2) + power((before.value_upper - before.value_lower) / 2, 2)
        ) as move_margin
    from now
    left join before
        on
            now.kpi_id = before.kpi_id
            and now.kpi_version = before.kpi_version
            and now.grain = before.grain
            and now.scope_kind = before.scope_kind
            and now.touchpoint_id is not distinct from before.touchpoint_id
            and now.component_id is not distinct from before.component_id
            and now.supplier_id is not distinct from before.supplier_id

)

select
    *,
    case
        when move is null or move_margin is null or n < 30 then 'unclear'
        when abs(move) <= move_margin then 'steady'
        when direction = 'neutral' then 'steady'
        when (move > 0) = (direction = 'higher') then 'better'
        else 'worse'
    end as trend
from compared
