select
    window_id,
    journey_id,
    owner_department,
    headline
from read_parquet('${serving}/rpt_headlines.parquet')
