{{ config(materialized='view') }}
-- One row per touchpoint, KPI and date around which something may have changed although nothing is registered: to look
-- at, not a verdict.
select
    touchpoint_id,
    kpi_id,
    started_at as break_date,
    effect,
    effect_lower,
    effect_upper,
    effect_text,
    margin_text,
    p_value,
    dates_count,
    q_value as chance, score, sentence
from {{ ref('fct_judgements') }}
where occasion = 'proposal'
