-- One row per started change, KPI and touchpoint in its scope, and value segment at the month-end before the change.
select
    judged.change_id,
    judged.kpi_id,
    judged.touchpoint_id,
    judged.segment,
    segments.segment_name,
    segments.position,
    judged.is_primary,
    judged.effect,
    judged.effect_lower,
    judged.effect_upper,
    judged.p_value,
    judged.q_value,
    judged.placebo_count,
    judged.smallest_visible_effect,
    judged.effect_text, judged.margin_text, judged.visible_text, judged.verdict, judged.reason,
    words.verdict_word, words.verdict_sign, words.verdict_tone
from {{ ref('fct_segment_judgements') }} as judged
left join {{ ref('dim_segments') }} as segments on judged.segment = segments.segment_id
left join {{ ref('dim_verdicts') }} as words on judged.verdict = words.verdict
