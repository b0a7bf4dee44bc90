select *
from read_parquet('${serving}/rpt_false_alarm_methods.parquet')
