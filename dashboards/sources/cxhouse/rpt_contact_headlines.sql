select
    window_id,
    headline
from read_parquet('${serving}/rpt_contact_headlines.parquet')
