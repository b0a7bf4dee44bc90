select
    move_id,
    change_id,
    kpi_id,
    touchpoint_id,
    dimension_set,
    is_main,
    change_text,
    mix_text,
    rate_text,
    sentence
from read_parquet('${serving}/rpt_change_moves.parquet')
