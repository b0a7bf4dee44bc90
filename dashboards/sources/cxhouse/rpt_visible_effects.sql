select
    touchpoint_id,
    touchpoint_name,
    owner_department,
    kpi_id,
    kpi_name,
    visible_text,
    usual_text,
    periods_before,
    status,
    reason,
    sentence
from read_parquet('${serving}/rpt_visible_effects.parquet')
