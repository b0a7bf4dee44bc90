select
    window_id,
    question,
    position,
    kpi_id,
    kpi_name,
    channel,
    n,
    status,
    trend,
    value_text,
    interval_text,
    median_text,
    p90_text,
    note
from read_parquet('${serving}/rpt_contact_center.parquet')
