select
    *,
    strftime(first_date, '%-d %B %Y') as first_date_text,
    strftime(last_date, '%-d %B %Y') as last_date_text
from read_parquet('${serving}/rpt_unmapped_events.parquet')
