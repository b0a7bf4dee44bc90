{{ config(materialized='view') }}
-- One row per change, KPI and touchpoint it was asked about (null: a primary KPI that nothing in its scope measures): what this build judges, with its weeks
-- and the earlier dates that the same forecast was tried on as lists.
select
    change_id, kpi_id, touchpoint_id, started_at, relation, is_primary, is_planned, is_owned,
    effect, effect_lower, effect_upper, p_value, q_value, placebo_count, placebos_missed, smallest_visible_effect, expected_effect,
    method, controls, verdict, is_effect, is_final, is_kept, reason, sentence, warnings, overlaps_with, judged_from, periods_before, periods_after, score,
    effect_text, margin_text, visible_text, expected_text, promise_text, second_effect, second_lower, second_upper, second_p, second_opinion,
    weeks, placebos
from {{ ref('fct_judgements') }}
where occasion = 'change'
