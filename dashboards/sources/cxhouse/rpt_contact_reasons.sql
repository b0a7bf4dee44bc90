select
    strftime(month_start, '%Y-%m-%d') as month_start,
    month_text,
    months_back,
    channel,
    topic,
    contacts_count,
    contacts_share_text,
    bar_percent,
    contacts_per_100_orders_text,
    repeat_share_text,
    position
from read_parquet('${serving}/rpt_contact_reasons.parquet')
