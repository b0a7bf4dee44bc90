select
    kpi_id,
    kpi_name,
    touchpoint_id,
    touchpoint_name,
    cast(month_start as varchar) as month_start,
    month_text,
    revisions_count,
    strftime(first_reported_date, '%-d %B %Y') as first_reported_text,
    first_value_text,
    strftime(last_revised_date, '%-d %B %Y') as last_revised_text,
    cast(last_revised_date as varchar) as last_revised_date,
    value_text,
    note
from read_parquet('${serving}/rpt_reported_figures.parquet')
where touchpoint_id is not null
order by touchpoint_id, kpi_id, month_start
