select
    move_id,
    change_id,
    kpi_id,
    touchpoint_id,
    comparison,
    dimension_set,
    member_kind,
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
from read_parquet('${serving}/rpt_kpi_splits.parquet')
where touchpoint_id is not null and (is_latest or change_id is not null)
