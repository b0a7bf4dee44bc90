select
    change_id,
    field,
    field_name,
    field_position,
    cast(edited_at as varchar) as edited_at,
    is_after_start,
    is_rewritten,
    text
from read_parquet('${serving}/rpt_change_edits.parquet')
