select
    journey_id,
    running_count,
    to_judge_count,
    overdue_count,
    changes_text
from read_parquet('${serving}/rpt_journey_changes.parquet')
