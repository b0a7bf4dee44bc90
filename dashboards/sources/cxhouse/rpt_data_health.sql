select
    *,
    strftime(last_row_day, '%-d %B %Y') as last_row_day_text,
    strftime(timezone('${time_zone}', cast(last_landed_at as timestamptz)), '%-d %B %Y, %H:%M') as last_landed_text
from read_parquet('${serving}/rpt_data_health.parquet')
