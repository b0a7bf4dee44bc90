-- One row per touchpoint, KPI and date around which something may have changed although nothing is registered: to look
-- at, not a verdict.
select
    judged.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.owner_department,
    judged.kpi_id,
    kpis.kpi_name,
    judged.break_date,
    judged.effect,
    judged.effect_lower,
    judged.effect_upper,
    judged.effect_text,
    judged.margin_text,
    judged.p_value,
    judged.dates_count,
    judged.chance,
    judged.score,
    judged.sentence
from {{ ref('fct_break_proposals') }} as judged
inner join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
