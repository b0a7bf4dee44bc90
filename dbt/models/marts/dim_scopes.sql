-- Which touchpoints' events count for a touchpoint, a phase, a journey. An event has one touchpoint, so each event counts once per scope.
select distinct 'touchpoint' as scope_kind, cast(null as varchar) as journey_id, cast(null as varchar) as phase_id, touchpoint_id, touchpoint_id as member_touchpoint_id
from {{ ref('fct_daily_measures') }}
where touchpoint_id is not null
union all
select distinct 'phase', journey_id, phase_id, cast(null as varchar), touchpoint_id
from {{ source('company_folder', 'phase_touchpoints') }}
union all
select distinct 'journey', journey_id, cast(null as varchar), cast(null as varchar), touchpoint_id
from {{ source('company_folder', 'phase_touchpoints') }}
