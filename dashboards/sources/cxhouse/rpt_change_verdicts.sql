select
    change_id,
    verdict,
    is_test,
    stage,
    answer,
    kpi_id,
    touchpoint_id,
    promise_text,
    visible_text,
    others_text,
    sentence,
    reason,
    strftime(judged_from, '%-d %B %Y') as judged_from_text
from read_parquet('${serving}/rpt_change_verdicts.parquet')
