select
    *,
    strftime(timezone('${time_zone}', cast(last_landed_at as timestamptz)), '%-d %B %Y, %H:%M') as last_landed_text
from read_parquet('${serving}/rpt_rejected_rows.parquet')
