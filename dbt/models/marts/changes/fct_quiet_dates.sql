{{ config(materialized='view') }}
-- One row per touchpoint, KPI and date on which nothing was registered: the p-values of this method and three others
-- there, and whether a shift by the smallest visible effect, planted upwards and downwards, is called an effect at
-- `level`.
select
    touchpoint_id,
    kpi_id,
    started_at as quiet_date,
    effect,
    p_value,
    level,
    t_test_p,
    newey_west_p,
    structural_p,
    is_seen_higher,
    is_seen_lower
from {{ ref('fct_judgements') }}
where occasion = 'quiet'
