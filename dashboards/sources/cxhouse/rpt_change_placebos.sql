select
    *,
    strftime(tried_on, '%-d %B %Y') as tried_text
from read_parquet('${serving}/rpt_change_placebos.parquet')
