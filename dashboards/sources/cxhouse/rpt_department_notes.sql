select
    * replace (cast(sort_date as varchar) as sort_date)
from read_parquet('${serving}/rpt_department_notes.parquet')
