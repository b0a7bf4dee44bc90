-- One row per component and touchpoint that it serves: as declared, or from the events of an undeclared component.
select component_id, touchpoint_id
from {{ source('company_folder', 'component_touchpoints') }}
union all
select distinct newcomers.group_id, seen.touchpoint_id
from {{ ref('dim_newcomers') }} as newcomers
inner join {{ ref('dim_newcomer_touchpoints') }} as seen using (kind, thing_id)
where not newcomers.is_declared
