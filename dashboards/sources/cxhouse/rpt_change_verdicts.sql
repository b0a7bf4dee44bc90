select
    *,
    strftime(judged_from, '%-d %B %Y') as judged_from_text
from read_parquet('${serving}/rpt_change_verdicts.parquet')
