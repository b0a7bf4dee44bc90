select
    change_id,
    kpi_id,
    touchpoint_id,
    week,
    cast(week_start as varchar) as week_start,
    strftime(week_start, '%-d %B %Y') as week_text,
    n,
    value,
    expected,
    lower,
    upper,
    is_after,
    is_masked
from read_parquet('${serving}/rpt_change_series.parquet')
