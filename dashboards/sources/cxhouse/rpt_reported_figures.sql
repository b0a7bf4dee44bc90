select
    * replace (
        cast(month_start as varchar) as month_start,
        cast(first_reported_date as varchar) as first_reported_date,
        cast(last_revised_date as varchar) as last_revised_date
    ),
    strftime(first_reported_date, '%-d %B %Y') as first_reported_text,
    strftime(last_revised_date, '%-d %B %Y') as last_revised_text
from read_parquet('${serving}/rpt_reported_figures.parquet')
where touchpoint_id is not null
order by touchpoint_id, kpi_id, month_start
