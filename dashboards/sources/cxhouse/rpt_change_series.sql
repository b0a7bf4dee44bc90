select
    * replace (cast(week_start as varchar) as week_start),
    strftime(week_start, '%-d %B %Y') as week_text
from read_parquet('${serving}/rpt_change_series.parquet')
