select
    window_id,
    touchpoint_id,
    promise,
    kpi_id,
    kpi_name,
    status,
    kept_text
from read_parquet('${serving}/rpt_promises.parquet')
