select
    journey_id,
    grain,
    rank,
    path,
    outcome,
    is_other,
    paths_count,
    instances_count,
    share,
    share_text
from read_parquet('${serving}/rpt_journey_paths.parquet')
