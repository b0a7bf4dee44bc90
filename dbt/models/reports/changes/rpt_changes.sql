-- One row per change, with where it stands.
select
    changes.change_id, changes.title, changes.description, changes.started_date, changes.started_at, changes.rolled_out_date, changes.ended_date, changes.kind, changes.owner_department,
    changes.touchpoints, changes.components, changes.suppliers, changes.channels, changes.segments, changes.primary_kpi, changes.expected_direction,
    changes.expected_size, changes.evaluation_date, changes.investment_amount, changes.recorded_in, changes.is_planned, changes.is_withdrawn,
    coalesce(changes.started_date < (select min(local_date) from {{ ref('fct_daily_measures') }}), false) as before_data_start,
    standing.status, standing.is_overdue, standing.due_date, standing.status_text, standing.next_step, standing.verdict, standing.verdicts_text
from {{ ref('dim_changes') }} as changes
inner join {{ ref('fct_change_status') }} as standing using (change_id)
