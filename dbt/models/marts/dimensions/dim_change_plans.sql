-- One row per change, as the sources tell it now: its newest version, with the plan in force when its start came. What
-- publishing keeps when it has started.
with newest as (

    select *, {{ local_date('started_at') }} as started_date from {{ ref('dim_change_versions') }} where is_newest

),

-- the last version recorded before the start that the newest version names
before_start as (

    select
        newest.change_id,
        max(versions.version) as version
    from newest
    inner join {{ ref('dim_change_versions') }} as versions using (change_id)
    where versions.recorded_at < newest.started_at
    group by newest.change_id

),

-- it is a plan when it says what should become of which KPI, for that day: a start that was moved once it was past is
-- chosen with the outcome in sight
plans as (

    select versions.*
    from before_start
    inner join {{ ref('dim_change_versions') }} as versions using (change_id, version)
    inner join newest using (change_id)
    where
        versions.primary_kpi is not null
        and versions.expected_direction is not null
        and not versions.is_withdrawn
        and {{ local_date('versions.started_at') }} = newest.started_date

),

in_force as (

    select *, true as is_planned from plans
    union all
    select *, false
    from {{ ref('dim_change_versions') }}
    where is_newest and change_id not in (select change_id from plans)

),

told as (

    select
        newest.change_id, newest.title, newest.description, newest.started_at,
        case when in_force.is_planned then roll_outs.rolled_out_at else newest.rolled_out_at end as rolled_out_at,
        newest.ended_at, in_force.kind, newest.owner_department, newest.investment_amount, newest.recorded_in,
        in_force.recorded_at, in_force.is_planned, newest.is_withdrawn,
        in_force.version as plan_version,
        in_force.touchpoints, in_force.components, in_force.suppliers, in_force.channels, in_force.segments,
        in_force.primary_kpi, in_force.expected_direction, in_force.expected_size, in_force.evaluation_date
    from newest
    inner join in_force using (change_id)
    left join {{ ref('dim_roll_outs') }} as roll_outs using (change_id)

),

-- no longer in its log, although it was kept after its start
last_kept as (

    select *, row_number() over (partition by change_id order by position desc) as recency
    from {{ source('company_folder', 'change_plans') }}

),

known as (

    select * from told
    union all
    select
        change_id, title, description, started_at, rolled_out_at, ended_at, kind, owner_department, investment_amount,
        recorded_in, recorded_at, is_planned, true, null, touchpoints, components, suppliers, channels, segments,
        primary_kpi, expected_direction, expected_size,
        evaluation_date
    from last_kept
    where recency = 1 and change_id not in (select change_id from newest)

)

select
    known.change_id, known.title, known.description, known.started_at, known.rolled_out_at, known.ended_at, known.kind,
    known.owner_department, known.investment_amount,
    known.recorded_in, known.recorded_at, known.is_planned, known.is_withdrawn, known.plan_version,
    known.touchpoints, known.components, known.suppliers, known.channels, known.segments,
    known.primary_kpi, known.expected_direction, known.expected_size, known.evaluation_date,
    -- one that was withdrawn before anybody kept it did not take place
    known.started_at <= build.built_at
    and (not known.is_withdrawn or known.change_id in (select change_id from last_kept)) as has_started,
    not known.is_withdrawn or known.change_id in (select change_id from last_kept) as is_known
from known
cross join {{ source('company_folder', 'build') }} as build
