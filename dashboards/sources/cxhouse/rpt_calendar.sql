select
    * replace (
        cast(from_date as varchar) as from_date,
        cast(to_date as varchar) as to_date
    )
from read_parquet('${serving}/rpt_calendar.parquet')
