select
    window_id,
    window_label,
    supplier_id,
    supplier_name,
    is_declared,
    flag_text,
    kpi_id,
    kpi_name,
    n,
    status,
    reason,
    trend,
    value_text,
    interval_text,
    target_text,
    answer
from read_parquet('${serving}/rpt_suppliers.parquet')
