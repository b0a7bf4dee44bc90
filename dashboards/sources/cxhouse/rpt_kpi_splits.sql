select *
from read_parquet('${serving}/rpt_kpi_splits.parquet')
where touchpoint_id is not null and (is_latest or change_id is not null)
