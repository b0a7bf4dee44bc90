{{ config(materialized='view') }}
-- One row per KPI, touchpoint in the scope of a change, value segment and day: its numerator and denominator.
-- is_earlier: by the segment of a month earlier, for days after the month in which a change began: so that nobody is
-- counted in a segment the change may have brought them to.
with kpis as (

    select versions.*
    from {{ ref('dim_kpi_versions') }} as versions
    inner join {{ ref('dim_measures') }} as numerators on versions.numerator_measure = numerators.measure_id
    inner join {{ ref('dim_measures') }} as denominators on versions.denominator_measure = denominators.measure_id
    where
        numerators.has_segments
        and denominators.has_segments
        and versions.denominator_scope = 'same'
        and versions.is_measurable

),

changed as (

    select
        scoped.touchpoint_id,
        {{ months_earlier("date_trunc('month', changes.started_date)", -1) }} as next_month,
        -- four weeks after the start, or after the week in which a roll-out ended
        coalesce(changes.rolled_out_date, changes.started_date) + 35 as until_date
    from {{ ref('dim_change_touchpoints') }} as scoped
    inner join {{ ref('dim_changes') }} as changes using (change_id)

),

touchpoints as (

    select distinct touchpoint_id from changed

),

measures as (

    select * from {{ ref('fct_daily_measures') }}
    where touchpoint_id in (select touchpoint_id from touchpoints)

),

placed as (

    select measure_id, touchpoint_id, local_date, segment, false as is_earlier, total
    from measures
    where segment is not null
    union all
    select measure_id, touchpoint_id, local_date, segment_before, true, total
    from measures
    where
        segment_before is not null
        and exists (
            select 1 from changed
            where
                changed.touchpoint_id = measures.touchpoint_id
                and measures.local_date >= changed.next_month
                and measures.local_date < changed.until_date
        )

),

sides as (

    select kpis.kpi_id, placed.*, placed.total as numerator, 0 as denominator
    from kpis
    inner join placed
        on
            kpis.numerator_measure = placed.measure_id
            and placed.local_date >= kpis.first_date
            and placed.local_date < kpis.until_date
    union all
    select kpis.kpi_id, placed.*, 0, placed.total
    from kpis
    inner join placed
        on
            kpis.denominator_measure = placed.measure_id
            and placed.local_date >= kpis.first_date
            and placed.local_date < kpis.until_date

)

select
    kpi_id,
    touchpoint_id,
    segment,
    is_earlier,
    local_date,
    round(sum(numerator), 6) as numerator,
    sum(denominator) as denominator
from sides
group by all
