select *
from read_parquet('${serving}/rpt_hour_of_week.parquet')
