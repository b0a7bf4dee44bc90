-- One row per change and touchpoint in its scope; number is the label on that touchpoint's charts.
select
    scoped.change_id, scoped.touchpoint_id, scoped.via, scoped.number,
    changes.title, changes.started_date, changes.ended_date, changes.kind, changes.owner_department,
    changes.title || ' (' || {{ written_date('changes.started_date') }} || ')' as mark_text
from {{ ref('dim_change_touchpoints') }} as scoped
inner join {{ ref('dim_changes') }} as changes using (change_id)
