select
    source,
    table_name,
    contract,
    owner_department,
    status,
    strftime(last_row_day, '%-d %B %Y') as last_row_day_text,
    strftime(timezone('${time_zone}', cast(last_landed_at as timestamptz)), '%-d %B %Y, %H:%M') as last_landed_text,
    hours_old,
    rows_landed,
    rows_rejected,
    rows_staged,
    rows_superseded,
    rows_rejected_staging,
    last_error,
    message
from read_parquet('${serving}/rpt_data_health.parquet')
