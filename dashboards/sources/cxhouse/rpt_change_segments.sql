select
    change_id,
    kpi_id,
    touchpoint_id,
    segment,
    segment_name,
    position,
    effect_text,
    margin_text,
    visible_text,
    verdict,
    reason,
    verdict_word,
    verdict_sign,
    verdict_tone
from read_parquet('${serving}/rpt_change_segments.parquet')
