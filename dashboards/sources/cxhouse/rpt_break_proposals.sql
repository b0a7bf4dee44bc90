select
    touchpoint_id,
    touchpoint_name,
    owner_department,
    kpi_id,
    kpi_name,
    cast(break_date as varchar) as break_date,
    strftime(break_date, '%-d %B %Y') as break_date_text,
    effect_text,
    margin_text,
    dates_count,
    chance,
    sentence
from read_parquet('${serving}/rpt_break_proposals.parquet')
