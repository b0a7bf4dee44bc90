select *
from read_parquet('${serving}/rpt_journey_changes.parquet')
