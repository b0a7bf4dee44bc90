select
    * replace (cast(day as varchar) as day)
from read_parquet('${serving}/rpt_change_neighbours.parquet')
