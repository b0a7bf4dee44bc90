-- The touchpoints whose events count for a touchpoint, phase, journey or component. An event has one touchpoint, so it
-- counts once per scope. A component counts for its own KPI only (kpi_id); a component that is a supplier counts the
-- events of that supplier only (member_supplier_id).
select distinct
    'touchpoint' as scope_kind,
    cast(null as varchar) as journey_id,
    cast(null as varchar) as phase_id,
    touchpoint_id,
    cast(null as varchar) as component_id,
    touchpoint_id as member_touchpoint_id, cast(null as varchar) as kpi_id, cast(null as varchar) as member_supplier_id
from {{ ref('fct_daily_measures') }}
where touchpoint_id is not null
union all
select distinct
    'phase',
    journey_id,
    phase_id,
    cast(null as varchar),
    cast(null as varchar),
    touchpoint_id,
    cast(null as varchar),
    cast(null as varchar)
from {{ source('company_folder', 'phase_touchpoints') }}
union all
select distinct
    'journey',
    journey_id,
    cast(null as varchar),
    cast(null as varchar),
    cast(null as varchar),
    touchpoint_id,
    cast(null as varchar),
    cast(null as varchar)
from {{ source('company_folder', 'phase_touchpoints') }}
union all
select
    'component',
    cast(null as varchar),
    cast(null as varchar),
    cast(null as varchar),
    components.component_id,
    members.touchpoint_id,
    components.kpi_id,
    components.supplier_id
from {{ source('company_folder', 'components') }} as components
inner join {{ source('company_folder', 'component_touchpoints') }} as members using (component_id)
where components.kpi_id is not null
