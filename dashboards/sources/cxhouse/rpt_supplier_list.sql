select
    * replace (cast(first_seen_date as varchar) as first_seen_date),
    strftime(first_seen_date, '%-d %B %Y') as first_seen_text
from read_parquet('${serving}/rpt_supplier_list.parquet')
