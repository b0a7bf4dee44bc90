select
    change_id,
    other_change_id,
    other_title,
    other_kind,
    cast(day as varchar) as day,
    event,
    is_overlap,
    text
from read_parquet('${serving}/rpt_change_neighbours.parquet')
