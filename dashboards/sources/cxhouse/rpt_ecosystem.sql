select *
from read_parquet('${serving}/rpt_ecosystem.parquet')
