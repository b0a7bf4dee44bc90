select
    *,
    strftime(window_start, '%-d %B %Y') as window_start_text,
    strftime(window_end, '%-d %B %Y') as window_end_text
from read_parquet('${serving}/rpt_touchpoint_tiles.parquet')
