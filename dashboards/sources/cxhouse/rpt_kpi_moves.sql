select
    move_id,
    kpi_id,
    kpi_name,
    touchpoint_id,
    touchpoint_name,
    owner_department,
    is_declared,
    position,
    comparison,
    comparison_position,
    is_latest,
    strftime(period_start, '%Y-%m') as month,
    certainty,
    dimension_set,
    is_main,
    change_text,
    mix_text,
    rate_text,
    answer
from read_parquet('${serving}/rpt_kpi_moves.parquet')
where touchpoint_id is not null
    and (is_latest or (is_declared and is_main and certainty = 'clear' and comparison in ('month_before', 'year_before')))
