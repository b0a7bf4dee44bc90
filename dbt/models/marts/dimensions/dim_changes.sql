-- One row per change, wherever it was recorded. status follows from dates: plan before the start, do until the evaluation date, check from then on.
with recorded as (

    select
        change_id, title, description, started_at, ended_at, kind, touchpoints, components, suppliers, channels, segments, owner as owner_department, primary_kpi,
        expected_direction, expected_size, evaluation_date, investment_amount, recorded_in, recorded_at
    from {{ source('company_folder', 'changes') }}
    union all
    select
        change_id, title, description, started_at, ended_at, kind, touchpoints, components, suppliers, channels, segments, owner, primary_kpi,
        expected_direction, cast(expected_size as double), evaluation_date, cast(investment_amount as double), 'source', updated_at
    from {{ ref('int_changes') }}

),

build as (

    select local_date as build_date from {{ source('company_folder', 'build') }}

)

select
    recorded.change_id, recorded.title, recorded.description, recorded.started_at, {{ local_date('recorded.started_at') }} as started_date,
    recorded.ended_at, {{ local_date('recorded.ended_at') }} as ended_date, recorded.kind,
    recorded.touchpoints, recorded.components, recorded.suppliers, recorded.channels, recorded.segments, recorded.owner_department,
    recorded.primary_kpi, recorded.expected_direction, recorded.expected_size, recorded.evaluation_date, recorded.investment_amount,
    recorded.recorded_in,
    recorded.recorded_at,
    coalesce(recorded.primary_kpi is not null and recorded.recorded_at < recorded.started_at, false) as is_planned,
    case
        when {{ local_date('recorded.started_at') }} > build.build_date then 'plan'
        when recorded.evaluation_date is null or recorded.evaluation_date > build.build_date then 'do'
        else 'check'
    end as status
from recorded
cross join build
