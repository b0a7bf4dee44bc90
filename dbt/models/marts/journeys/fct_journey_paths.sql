-- One row per journey, period and path of instances whose gap has passed, from the most to the least common. Paths of
-- fewer than 5 instances are one row.
with taken as (

    select
        instances.journey_id, periods.grain, periods.period_start, periods.period_end,
        instances.path,
        instances.open_phase_name,
        count(*) as instances_count
    from {{ ref('fct_journey_instances') }} as instances
    inner join {{ ref('dim_journey_periods') }} as periods using (journey_id, started_date)
    where not instances.is_running and periods.grain in ('settled_year', 'total')
    group by all

),

folded as (

    select
        journey_id, grain, period_start, period_end,
        case when instances_count >= 5 then path end as path,
        case when instances_count >= 5 then open_phase_name end as open_phase_name,
        count(*) as paths_count,
        sum(instances_count) as instances_count
    from taken
    group by all

)

select
    journey_id, grain, period_start, period_end,
    row_number()
        over (partition by journey_id, grain order by path is null, instances_count desc, path, open_phase_name)
        as path_rank,
    path,
    open_phase_name,
    cast(paths_count as bigint) as paths_count,
    cast(instances_count as bigint) as instances_count,
    cast(instances_count as double) / sum(instances_count) over (partition by journey_id, grain) as share
from folded
