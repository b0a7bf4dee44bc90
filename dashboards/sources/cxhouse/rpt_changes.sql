select
    * replace (cast(started_date as varchar) as started_date),
    strftime(started_date, '%-d %B %Y') as started_text,
    strftime(ended_date, '%-d %B %Y') as ended_text,
    strftime(evaluation_date, '%-d %B %Y') as evaluation_text
from read_parquet('${serving}/rpt_changes.parquet')
