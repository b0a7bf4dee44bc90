select *
from read_parquet('${serving}/rpt_journey_paths.parquet')
