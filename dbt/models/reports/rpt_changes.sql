-- One row per change.
select
    change_id, title, description, started_date, started_at, ended_date, kind, owner_department,
    touchpoints, components, suppliers, channels, segments, primary_kpi, expected_direction, expected_size, evaluation_date, investment_amount,
    status, recorded_in, is_planned, is_withdrawn,
    coalesce(started_date < (select min(local_date) from {{ ref('fct_daily_measures') }}), false) as before_data_start
from {{ ref('dim_changes') }}
