select
    visit_channel,
    visit_name,
    service_channel,
    service_name,
    is_live,
    sessions_count,
    unserved_share_text,
    contacts_count,
    open_share_text,
    sentence,
    window_text
from read_parquet('${serving}/rpt_unserved_traffic.parquet')
