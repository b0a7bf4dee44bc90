-- The periods in which an instance counts, by its first day: its month, the settled year, everything. The settled year
-- is 364 days that end two gaps before the end of the data, so that hardly any instance is still running.
with begun as (

    select distinct
        instances.journey_id, instances.started_date,
        instances.data_until_date - cast(2 * journeys.gap_days as integer) as settled_until_date
    from {{ ref('fct_journey_instances') }} as instances
    inner join {{ source('company_folder', 'journeys') }} as journeys using (journey_id)

),

covered as (

    select journey_id, min(started_date) as first_date, max(started_date) as last_date
    from begun
    group by journey_id

)

select
    journey_id, started_date, 'month' as grain,
    cast(date_trunc('month', started_date) as date) as period_start,
    cast(date_trunc('month', started_date) + interval 1 month as date) - 1 as period_end,
    settled_until_date
from begun
union all
select journey_id, started_date, 'settled_year', settled_until_date - 364, settled_until_date - 1, settled_until_date
from begun
where started_date >= settled_until_date - 364 and started_date < settled_until_date
union all
select begun.journey_id, begun.started_date, 'total', covered.first_date, covered.last_date, begun.settled_until_date
from begun
inner join covered using (journey_id)
