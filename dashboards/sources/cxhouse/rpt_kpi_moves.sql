select
    *,
    strftime(period_start, '%Y-%m') as month
from read_parquet('${serving}/rpt_kpi_moves.parquet')
where touchpoint_id is not null
    and (is_latest or (is_declared and is_main and certainty = 'clear' and comparison in ('month_before', 'year_before')))
