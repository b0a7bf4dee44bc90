select
    * replace (cast(started_date as varchar) as started_date),
    strftime(started_date, '%-d %B %Y') as started_text,
    strftime(ended_date, '%-d %B %Y') as ended_text
from read_parquet('${serving}/rpt_change_touchpoints.parquet')
