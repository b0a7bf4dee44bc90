-- One row per period and KPI whose denominator belongs to the whole company: that denominator, and that of each
-- segment's customers.
with kpis as (

    select * from {{ ref('dim_kpi_versions') }} where denominator_scope = 'company' and is_measurable

)

-- windows end with the last day for which all facts of the KPI are known, as those of the numerators do
{% for shift, is_shifted in [('0', 'false'), ('kpis.window_shift_days', 'true')] %}
select
    kpis.kpi_id,
    kpis.version as kpi_version,
    periods.grain,
    periods.period_start,
    periods.period_end,
    grouping(measures.segment) = 0 as is_of_segment,
    case when grouping(measures.segment) = 0 then measures.segment end as segment,
    sum(measures.total) as denominator
from kpis
inner join {{ ref('fct_daily_measures') }} as measures
    on
        kpis.denominator_measure = measures.measure_id
        and measures.local_date >= kpis.first_date
        and measures.local_date < kpis.until_date
inner join {{ ref('dim_periods') }} as periods
    on
        measures.local_date + {{ shift }} = periods.local_date
        and {{ is_window('periods.grain') }} = {{ is_shifted }}
{{ leave_out_older_versions('kpis.kpi_id', 'kpis.version') }}
group by
    grouping sets (
        (kpis.kpi_id, kpis.version, periods.grain, periods.period_start, periods.period_end),
        (kpis.kpi_id, kpis.version, periods.grain, periods.period_start, periods.period_end, measures.segment)
    )
{% if not loop.last %}union all{% endif %}
{% endfor %}
