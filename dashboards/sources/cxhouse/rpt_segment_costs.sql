select
    * replace (cast(cost_month as varchar) as cost_month)
from read_parquet('${serving}/rpt_segment_costs.parquet')
