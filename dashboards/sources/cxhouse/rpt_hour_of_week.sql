select
    visit_channel,
    service_channel,
    iso_weekday,
    weekday_name,
    hour,
    hour_text,
    sessions_count,
    busyness_step,
    contacts_count,
    open_state,
    cell_text
from read_parquet('${serving}/rpt_hour_of_week.parquet')
