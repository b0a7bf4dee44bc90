-- One row per period: a fingerprint of all that its figures are made from: the fingerprints of its days, the series
-- that began before its end, definitions, targets, and what was late or not known yet. Where it is as before, so are
-- the figures of the period.
with periods as (

    select distinct grain, period_start, period_end from {{ ref('dim_periods') }}

),

-- what moves with the data is compared below, for the periods that it concerns
kpis as (

    select * from {{ ref('dim_kpi_versions') }}

),

shared as (

    select hash(kpis) as row_hash
    from (
        select * exclude (immature_from, known_until, window_shift_days, late_from, late_tables) from kpis
    ) as kpis
    {% for input in [
        ref('dim_touchpoints'), source('company_folder', 'touchpoint_kpis'), source('company_folder', 'components'),
        source('company_folder', 'component_touchpoints'),
    ] %}
    union all
    -- no column has this name
    select hash({{ loop.index }}, _row) from {{ input }} as _row
    {% endfor %}

),

-- windows of KPIs that are known later begin and end earlier
shifts as (

    select max(window_shift_days) as shift_days, sum(hash(kpi_id, version, window_shift_days)) as shift_hash from kpis

),

days as (

    select
        coalesce(days.local_date, single_values.local_date) as local_date,
        hash(days.fingerprint, single_values.fingerprint) as fingerprint
    from {{ ref('fct_day_fingerprints') }} as days
    full join (
        select event_date as local_date, sum(hash(single_values)) as fingerprint
        from {{ ref('int_single_values') }} as single_values
        group by event_date
    ) as single_values on days.local_date = single_values.local_date

),

of_days as (

    select periods.grain, periods.period_start, sum(days.fingerprint) as fingerprint
    from periods
    cross join shifts
    inner join days
        on
            days.local_date between
            periods.period_start - case when {{ is_window('periods.grain') }} then shifts.shift_days else 0 end
            and periods.period_end
    group by periods.grain, periods.period_start

),

series as (

    select kpi_id, first_date, sum(hash(series)) as fingerprint
    from {{ ref('fct_kpi_series') }} as series
    group by kpi_id, first_date

),

of_series as (

    select periods.grain, periods.period_start, sum(series.fingerprint) as fingerprint
    from periods
    inner join series
        on
            series.first_date <= periods.period_end
            or series.kpi_id in (select kpi_id from kpis where periods.period_end >= kpis.immature_from)
    group by periods.grain, periods.period_start

),

-- what is late or not known yet
of_delays as (

    select
        periods.grain,
        periods.period_start,
        sum(
            hash(
                kpis.kpi_id,
                kpis.version,
                case when kpis.immature_from <= periods.period_end then kpis.maturity_days end,
                case when kpis.late_from <= periods.period_end then kpis.late_tables end
            )
        ) as fingerprint
    from periods
    inner join kpis on kpis.immature_from <= periods.period_end or kpis.late_from <= periods.period_end
    group by periods.grain, periods.period_start

)

select
    periods.grain, periods.period_start,
    hash(
        periods.period_end,
        of_days.fingerprint,
        of_series.fingerprint,
        of_delays.fingerprint,
        case when {{ is_window('periods.grain') }} or periods.grain = 'total' then shifts.shift_hash end,
        (select sum(row_hash) from shared)
    ) as fingerprint
from periods
cross join shifts
left join of_days on periods.grain = of_days.grain and periods.period_start = of_days.period_start
left join of_series on periods.grain = of_series.grain and periods.period_start = of_series.period_start
left join of_delays on periods.grain = of_delays.grain and periods.period_start = of_delays.period_start
