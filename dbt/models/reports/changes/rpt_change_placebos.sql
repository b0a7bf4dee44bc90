-- One row per change, KPI and touchpoint in its scope, and date the same forecast was tried on: how far it missed, in
-- standard errors. is_ours marks the change itself.
with judged as (

    select * from {{ ref('fct_change_judgements') }} where relation = 'in_scope' and effect is not null

)

select
    judged.change_id,
    judged.kpi_id,
    judged.touchpoint_id,
    placebos.placebo_date as tried_on,
    placebos.score,
    false as is_ours
from judged
cross join {{ rows_of('judged.placebos', 'placebos') }}
union all
select change_id, kpi_id, touchpoint_id, started_at, score, true
from judged
