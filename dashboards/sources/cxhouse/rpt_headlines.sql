select *
from read_parquet('${serving}/rpt_headlines.parquet')
