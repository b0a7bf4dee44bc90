select
    * replace (cast(month_end as varchar) as month_end)
from read_parquet('${serving}/rpt_segment_map.parquet')
