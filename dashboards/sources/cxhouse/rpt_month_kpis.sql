select
    * replace (cast(month_start as varchar) as month_start)
from read_parquet('${serving}/rpt_month_kpis.parquet')
