select
    window_id,
    window_label,
    headline
from read_parquet('${serving}/rpt_ecosystem.parquet')
