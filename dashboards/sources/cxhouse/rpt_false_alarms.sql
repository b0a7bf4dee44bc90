select *
from read_parquet('${serving}/rpt_false_alarms.parquet')
