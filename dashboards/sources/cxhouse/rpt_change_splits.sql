select
    move_id,
    change_id,
    kpi_id,
    touchpoint_id,
    dimension_set,
    member_name,
    position,
    value_before_text,
    value_after_text,
    weight_before_text,
    weight_after_text,
    mix_text,
    rate_text,
    total_text,
    mix_bar,
    rate_bar
from read_parquet('${serving}/rpt_change_splits.parquet')
