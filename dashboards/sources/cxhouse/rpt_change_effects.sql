select
    *,
    cast(started_at as varchar) as started_date,
    strftime(started_at, '%-d %B %Y') as started_text,
    strftime(judged_from, '%-d %B %Y') as judged_from_text,
    strftime(judged_on, '%-d %B %Y') as judged_on_text
from read_parquet('${serving}/rpt_change_effects.parquet')
