-- One row per KPI: by how much its company-wide weekly figure usually moves, the standard deviation of up to 52 whole
-- weeks.
{% set fewest_weeks = 8 %}
with last_days as (

    select max(period_end) as last_day from {{ ref('dim_periods') }} where grain = 'last_7_days'

),

weeks as (

    select series.kpi_id, series.value
    from {{ ref('fct_touchpoint_kpis') }} as series
    cross join last_days
    where
        series.scope_kind = 'company'
        and series.dimension_set = 'total'
        and series.grain = 'week'
        and series.n >= 30
        and series.value is not null
        and series.period_end <= last_days.last_day
        and series.period_end > last_days.last_day - 364
    -- weeks of an earlier definition do not count
    qualify series.kpi_version = max(series.kpi_version) over (partition by series.kpi_id)

)

-- rounded, so that the order in which rows are added does not show
select kpi_id, count(*) as weeks_count, round(stddev_samp(value), 9) as usual_spread
from weeks
group by kpi_id
having count(*) >= {{ fewest_weeks }} and stddev_samp(value) > 0
