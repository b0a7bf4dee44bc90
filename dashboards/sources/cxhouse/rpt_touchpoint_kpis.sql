select
    kpi_id,
    touchpoint_id,
    dimension_set,
    channel,
    supplier_id,
    segment,
    grain,
    cast(period_start as varchar) as period_start,
    strftime(period_start, '%-d %B %Y') as period_text,
    n,
    value,
    value_lower,
    value_upper,
    median,
    p90,
    target,
    status,
    reason,
    unit,
    direction,
    kpi_version
from read_parquet('${serving}/rpt_touchpoint_kpis.parquet')
where touchpoint_id is not null
    and dimension_set in ('total', 'channel', 'supplier', 'segment')
    and (grain in ('day', 'week', 'month') or (grain = 'total' and dimension_set in ('total', 'segment')))
order by touchpoint_id, kpi_id, dimension_set, channel, supplier_id, segment, grain, period_start
