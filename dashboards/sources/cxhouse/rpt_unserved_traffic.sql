select *
from read_parquet('${serving}/rpt_unserved_traffic.parquet')
