{{ config(materialized='view') }}
-- One row per incident and touchpoint it met (null: the whole company): something from outside, recorded by a person,
-- that began and ended.
select
    changes.change_id,
    scoped.touchpoint_id,
    changes.started_date,
    changes.ended_date
from {{ ref('dim_changes') }} as changes
left join {{ ref('dim_change_touchpoints') }} as scoped using (change_id)
where changes.kind = 'external' and changes.ended_date is not null and changes.recorded_in <> 'automatic'
