select
    * replace (cast(to_month_end as varchar) as to_month_end)
from read_parquet('${serving}/rpt_segment_migration.parquet')
where grain = 'year'
