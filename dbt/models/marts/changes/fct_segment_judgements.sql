{{ config(materialized='view') }}
-- One row per started change, KPI and touchpoint in its scope, and value segment at the month-end before the change:
-- what this build judges of these customers.
select
    change_id,
    kpi_id,
    touchpoint_id,
    segment,
    is_primary,
    effect,
    effect_lower,
    effect_upper,
    p_value,
    q_value,
    placebo_count,
    smallest_visible_effect,
    effect_text, margin_text, visible_text, verdict, reason
from {{ ref('fct_judgements') }}
where occasion = 'segment'
