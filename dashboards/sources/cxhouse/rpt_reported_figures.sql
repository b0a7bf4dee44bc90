select
    * replace (
        cast(month_start as varchar) as month_start,
        cast(first_reported_date as varchar) as first_reported_date,
        cast(last_revised_date as varchar) as last_revised_date
    ),
    strftime(month_start, '%Y-%m') as month
from read_parquet('${serving}/rpt_reported_figures.parquet')
where touchpoint_id is not null
order by touchpoint_id, kpi_id, month_start
