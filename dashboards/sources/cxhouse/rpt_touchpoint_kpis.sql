-- the largest table of the site: columns that no page reads stay out
select
    * exclude (journey_id, phase_id, owner_department, numerator, denominator) replace (cast(period_start as varchar) as period_start),
    strftime(period_start, '%-d %B %Y') as period_text
from read_parquet('${serving}/rpt_touchpoint_kpis.parquet')
where touchpoint_id is not null
    and dimension_set in ('total', 'channel', 'supplier', 'segment')
    and (grain in ('day', 'week', 'month') or (grain = 'total' and dimension_set in ('total', 'segment')))
order by touchpoint_id, kpi_id, dimension_set, channel, supplier_id, segment, grain, period_start
