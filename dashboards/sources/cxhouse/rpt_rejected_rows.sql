select
    source,
    table_name,
    stage,
    reason,
    rows_count,
    last_file,
    last_line,
    strftime(timezone('${time_zone}', cast(last_landed_at as timestamptz)), '%-d %B %Y, %H:%M') as last_landed_text
from read_parquet('${serving}/rpt_rejected_rows.parquet')
