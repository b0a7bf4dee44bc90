{{ config(materialized='view') }}
-- One row per touchpoint and KPI it declares: the smallest effect that a change starting after the last day with data
-- could show in four weeks.
select
    touchpoint_id,
    kpi_id,
    smallest_visible_effect,
    usual_value,
    visible_text,
    periods_before,
    placebo_count,
    verdict,
    reason
from {{ ref('fct_judgements') }}
where occasion = 'tomorrow'
