select
    change_id,
    kpi_id,
    touchpoint_id,
    strftime(tried_on, '%-d %B %Y') as tried_text,
    score,
    is_ours
from read_parquet('${serving}/rpt_change_placebos.parquet')
