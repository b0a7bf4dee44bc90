select
    * replace (cast(break_date as varchar) as break_date),
    strftime(break_date, '%-d %B %Y') as break_date_text
from read_parquet('${serving}/rpt_break_proposals.parquet')
