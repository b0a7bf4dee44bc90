-- One row per journey, followed phase and period of the instance's start. Each instance counts once: entered =
-- completed + dropped out + running.
with periods as (

    select
        instances.journey_id, instances.thread_key, instances.stretch_number, instances.is_running,
        periods.grain, periods.period_start, periods.period_end, periods.settled_until_date
    from {{ ref('fct_journey_instances') }} as instances
    inner join {{ ref('dim_journey_periods') }} as periods using (journey_id, started_date)

),

totals as (

    select
        journey_id, grain, period_start, period_end,
        period_end < settled_until_date as is_settled,
        count(*) as instances_count,
        count(*) filter (where not is_running) as closed_count
    from periods
    group by all

),

passages as (

    select
        journey_id, thread_key, stretch_number, phase_id,
        count(*) as visits_count,
        count(ended_at) as ended_count,
        count(*) filter (where is_looped_back) as loops_count,
        count(*) filter (where is_cut_off) as cut_off_visits_count
    from {{ ref('int_journey_visits') }}
    group by journey_id, thread_key, stretch_number, phase_id

),

counted as (

    select
        passages.journey_id, passages.phase_id, periods.grain, periods.period_start,
        count(*) as entered_count,
        count(*) filter (where passages.ended_count = passages.visits_count) as completed_count,
        count(*) filter (where passages.ended_count < passages.visits_count and not periods.is_running)
            as dropped_out_count,
        count(*) filter (
            where passages.ended_count < passages.visits_count
            and not periods.is_running
            and passages.cut_off_visits_count > 0
        ) as cut_off_count,
        count(*) filter (where passages.ended_count < passages.visits_count and periods.is_running) as running_count,
        count(*) filter (where not periods.is_running) as closed_entered_count,
        count(*) filter (where passages.visits_count > 1) as repeated_count,
        count(*) filter (where passages.loops_count > 0) as looped_back_count
    from passages
    inner join periods using (journey_id, thread_key, stretch_number)
    group by passages.journey_id, passages.phase_id, periods.grain, periods.period_start

),

dwelled as (

    select
        visits.journey_id, visits.phase_id, periods.grain, periods.period_start,
        count(*) as dwell_count,
        {{ quantile('visits.dwell_hours', 0.5) }} as dwell_median_hours,
        {{ quantile('visits.dwell_hours', 0.9) }} as dwell_p90_hours
    from {{ ref('int_journey_visits') }} as visits
    inner join periods using (journey_id, thread_key, stretch_number)
    where visits.ended_at is not null
    group by visits.journey_id, visits.phase_id, periods.grain, periods.period_start

)

select
    phases.journey_id, phases.phase_id, phases.phase_name, phases.phase_position, phases.is_moment,
    totals.grain,
    totals.period_start,
    totals.period_end,
    totals.is_settled,
    totals.instances_count,
    totals.closed_count,
    coalesce(counted.entered_count, 0) as entered_count,
    coalesce(counted.completed_count, 0) as completed_count,
    coalesce(counted.dropped_out_count, 0) as dropped_out_count,
    coalesce(counted.cut_off_count, 0) as cut_off_count,
    coalesce(counted.running_count, 0) as running_count,
    coalesce(counted.closed_entered_count, 0) as closed_entered_count,
    coalesce(counted.repeated_count, 0) as repeated_count,
    coalesce(counted.looped_back_count, 0) as looped_back_count,
    cast(counted.entered_count as double) / totals.instances_count as reached_share,
    cast(counted.dropped_out_count as double) / nullif(counted.closed_entered_count, 0) as drop_out_share,
    case
        when
            counted.closed_entered_count > 0
            then {{ wilson_bound('counted.dropped_out_count', 'cast(counted.closed_entered_count as double)', '-') }}
    end
        as drop_out_share_lower,
    case
        when
            counted.closed_entered_count > 0
            then {{ wilson_bound('counted.dropped_out_count', 'cast(counted.closed_entered_count as double)', '+') }}
    end
        as drop_out_share_upper,
    cast(counted.repeated_count as double) / counted.entered_count as repeated_share,
    coalesce(dwelled.dwell_count, 0) as dwell_count,
    dwelled.dwell_median_hours,
    dwelled.dwell_p90_hours
from {{ ref('dim_journeys') }} as phases
inner join totals using (journey_id)
left join counted
    on
        phases.journey_id = counted.journey_id and phases.phase_id = counted.phase_id
        and totals.grain = counted.grain and totals.period_start = counted.period_start
left join dwelled
    on
        phases.journey_id = dwelled.journey_id and phases.phase_id = dwelled.phase_id
        and totals.grain = dwelled.grain and totals.period_start = dwelled.period_start
where phases.not_followed_reason is null
