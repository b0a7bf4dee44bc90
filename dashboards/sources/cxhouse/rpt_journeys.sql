select *
from read_parquet('${serving}/rpt_journeys.parquet')
