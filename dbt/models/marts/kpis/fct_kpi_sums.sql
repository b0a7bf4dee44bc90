{{ config(materialized='parted', parts='fct_period_fingerprints', part_columns=['grain', 'period_start']) }}
-- depends_on: {{ ref('fct_period_fingerprints') }}
-- One row per KPI, scope, dimension value and period: numerator and denominator, not divided yet. A period has one
-- version of a KPI.
with kpis as (

    select * from {{ ref('dim_kpi_versions') }}

),

periods as (

    select * from {{ ref('dim_periods') }} as periods
    where {{ in_made_parts(['periods.grain', 'periods.period_start']) }}

),

-- the last windows of a KPI that needs later days (such as a 28-day cohort), or whose source is late, end with its last
-- complete day
dated as (

    select days.*, kpis.immature_from, days.local_date + kpis.window_shift_days as window_date
    from {{ ref('fct_kpi_days') }} as days
    inner join kpis on days.kpi_id = kpis.kpi_id and days.kpi_version = kpis.version

),

summed as (

    -- days are summed already
    select
        kpi_id, kpi_version, scope_kind, journey_id, phase_id, touchpoint_id, component_id, dimension_set, channel,
        supplier_id, segment,
        'day' as grain,
        local_date as period_start,
        local_date as period_end,
        round(numerator, 6) as numerator,
        numerator_sq,
        numerator_cube,
        denominator
    from {{ ref('fct_kpi_days') }}
    -- days and weeks of a segment mostly have too few events to be shown
    where
        dimension_set not in ('segment', 'other_supplier')
        and local_date in (select local_date from periods where grain = 'day')
    {% for day, is_shifted in [('local_date', 'false'), ('window_date', 'true')] %}
    union all
    select
        days.kpi_id, days.kpi_version, days.scope_kind, days.journey_id, days.phase_id, days.touchpoint_id,
        days.component_id, days.dimension_set, days.channel, days.supplier_id, days.segment,
        periods.grain, periods.period_start, periods.period_end,
        -- amounts and seconds have at most six decimals: rounding removes differences from the order of the rows
        round(sum(days.numerator), 6) as numerator,
        sum(days.numerator_sq) as numerator_sq,
        sum(days.numerator_cube) as numerator_cube,
        sum(days.denominator) as denominator
    from dated as days
    inner join periods
        on
            days.{{ day }} = periods.local_date
            and {{ is_window('periods.grain') }} = {{ is_shifted }}
            and periods.grain <> 'day'
    {{ leave_out_older_versions('days.kpi_id', 'days.kpi_version') }}  -- noqa: LT02
        and (days.dimension_set <> 'segment' or periods.grain <> 'week')
        and (days.dimension_set <> 'other_supplier' or {{ is_shifted }})
        and (
            days.immature_from is null
            or periods.grain not in ('week', 'month')
            or periods.period_end < days.immature_from
        )
    group by all
    {% endfor %}

),

-- a day, week or month that is not complete yet for a KPI that needs later days: no figure yet
immature as (

    select series.*, kpis.version as kpi_version, periods.grain, periods.period_start, periods.period_end
    from (
        select distinct
            series.kpi_id, series.scope_kind, series.journey_id, series.phase_id, series.touchpoint_id,
            series.component_id
        from {{ ref('fct_kpi_series') }} as series
    ) as series
    inner join kpis using (kpi_id)
    inner join (
        select distinct grain, period_start, period_end
        from periods
        where grain in ('day', 'week', 'month')
    ) as periods
        on
            periods.period_end >= kpis.immature_from
            and periods.period_end >= kpis.first_date
            and periods.period_end < kpis.until_date

),

-- when the denominator belongs to the whole company, a period without any event counts too, from the first event on
company_series as (

    select *
    from {{ ref('fct_kpi_series') }}
    where kpi_id in (select kpi_id from kpis where denominator_scope = 'company')

)

select *
from summed
where kpi_id in (select kpi_id from kpis where denominator_scope = 'same')
union all
select
    kpi_id, kpi_version, scope_kind, journey_id, phase_id, touchpoint_id, component_id,
    'total',
    null, null, null, grain, period_start, period_end,
    null, null, null, null
from immature
union all
select
    series.kpi_id, denominators.kpi_version, series.scope_kind, series.journey_id, series.phase_id,
    series.touchpoint_id, series.component_id, series.dimension_set, series.channel, series.supplier_id,
    series.segment,
    denominators.grain, denominators.period_start, denominators.period_end,
    coalesce(summed.numerator, 0),
    coalesce(summed.numerator_sq, 0),
    coalesce(summed.numerator_cube, 0),
    denominators.denominator
from company_series as series
inner join {{ ref('fct_company_denominators') }} as denominators
    on
        series.kpi_id = denominators.kpi_id
        and series.first_date <= denominators.period_end
        -- the contacts of a segment are divided by the orders of the same segment
        and denominators.is_of_segment = (series.dimension_set = 'segment')
        and series.segment is not distinct from denominators.segment
        and (series.dimension_set <> 'segment' or denominators.grain not in ('day', 'week'))
        and (series.dimension_set <> 'other_supplier' or {{ is_window('denominators.grain') }})
        and {{ in_made_parts(['denominators.grain', 'denominators.period_start']) }}
left join summed
    on
        series.kpi_id = summed.kpi_id
        and series.scope_kind = summed.scope_kind
        and series.journey_id is not distinct from summed.journey_id
        and series.phase_id is not distinct from summed.phase_id
        and series.touchpoint_id is not distinct from summed.touchpoint_id
        and series.component_id is not distinct from summed.component_id
        and series.dimension_set = summed.dimension_set
        and series.channel is not distinct from summed.channel
        and series.supplier_id is not distinct from summed.supplier_id
        and series.segment is not distinct from summed.segment
        and denominators.grain = summed.grain
        and denominators.period_start = summed.period_start
