select *
from read_parquet('${serving}/rpt_month_kpis.parquet')
