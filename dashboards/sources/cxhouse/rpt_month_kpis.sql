select
    month,
    month_label,
    owner_department,
    touchpoint_id,
    touchpoint_name,
    kpi_id,
    kpi_name,
    position,
    n,
    status,
    reason,
    value_text,
    interval_text,
    target_text,
    month_before_text,
    year_before_text
from read_parquet('${serving}/rpt_month_kpis.parquet')
