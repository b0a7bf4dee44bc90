select *
from read_parquet('${serving}/rpt_promises.parquet')
