select *
from read_parquet('${serving}/rpt_kpi_moves.parquet')
where touchpoint_id is not null and is_latest
