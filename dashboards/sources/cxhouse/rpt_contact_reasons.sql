select
    * replace (strftime(month_start, '%Y-%m-%d') as month_start)
from read_parquet('${serving}/rpt_contact_reasons.parquet')
