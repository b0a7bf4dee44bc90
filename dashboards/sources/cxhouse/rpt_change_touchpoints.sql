select
    change_id,
    touchpoint_id,
    via,
    cast(started_date as varchar) as started_date,
    strftime(started_date, '%-d %B %Y') as started_text,
    strftime(ended_date, '%-d %B %Y') as ended_text,
    title,
    kind,
    owner_department,
    number
from read_parquet('${serving}/rpt_change_touchpoints.parquet')
