select
    * replace (cast(first_date as varchar) as first_date, cast(last_date as varchar) as last_date),
    format('{:.2f} %', 100 * share) as share_text,
    strftime(first_date, '%-d %B %Y') as first_date_text,
    strftime(last_date, '%-d %B %Y') as last_date_text
from read_parquet('${serving}/rpt_unmapped_events.parquet')
