select
    journey_id,
    journey_name,
    persona,
    wish,
    journey_position,
    follows,
    gap_days,
    grain,
    period_text,
    instances_count,
    running_count,
    phases_count,
    followed_phases_count,
    unplaced_text,
    answer,
    stuck_rank
from read_parquet('${serving}/rpt_journeys.parquet')
