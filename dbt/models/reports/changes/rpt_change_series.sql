-- One row per change, KPI and touchpoint in its scope, and week counted from the start: the figure, and after the start
-- what was expected with its 95 % margin.
select
    judged.change_id,
    judged.kpi_id,
    judged.touchpoint_id,
    weeks.week,
    weeks.week_start,
    weeks.n,
    weeks.value,
    weeks.expected,
    weeks.lower, weeks.upper, weeks.is_after, weeks.is_masked
from {{ ref('fct_change_judgements') }} as judged
cross join {{ rows_of('judged.weeks', 'weeks') }}
