select
    change_id,
    kpi_id,
    touchpoint_id,
    relation,
    owner_department,
    touchpoint_name,
    touchpoint_owner,
    kpi_name,
    effect_text,
    margin_text,
    verdict,
    reason,
    sentence,
    is_flagged,
    is_good_direction
from read_parquet('${serving}/rpt_change_silos.parquet')
