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

-- what appeared after its source's first 28 days is a change of its own, unless a person recorded it within 28 days
automatic as (

    select
        'auto_' || newcomers.component_id as change_id,
        'New ' || newcomers.kind || ': ' || coalesce(suppliers.supplier_name, newcomers.thing_id) as title,
        'Seen for the first time in ' || newcomers.first_source || '.' as description,
        {{ utc_moment(local_minute('newcomers.first_seen_date', 0)) }} as started_at,
        case newcomers.kind when 'supplier' then 'supplier' when 'survey' then 'measurement' else 'touchpoint' end as kind,
        (
            select string_agg(seen.touchpoint_id, ',' order by seen.touchpoint_id)
            from {{ ref('dim_newcomer_touchpoints') }} as seen
            where seen.kind = newcomers.kind and seen.thing_id = newcomers.thing_id
        ) as touchpoints,
        case when not newcomers.is_declared then newcomers.component_id else suppliers.component_id end as components,
        case when newcomers.kind = 'supplier' then newcomers.thing_id end as suppliers,
        case when newcomers.kind = 'channel' then newcomers.thing_id end as channels
    from {{ ref('dim_newcomers') }} as newcomers
    left join {{ ref('dim_suppliers') }} as suppliers on newcomers.kind = 'supplier' and newcomers.thing_id = suppliers.supplier_id
    where
        newcomers.is_news
        and not exists (
            select 1
            from recorded
            where
                {{ local_date('recorded.started_at') }} between newcomers.first_seen_date - 28 and newcomers.first_seen_date + 28
                and {{ lists_value("case newcomers.kind when 'supplier' then recorded.suppliers when 'channel' then recorded.channels end", 'newcomers.thing_id') }}
        )

),

known as (

    select * from recorded
    union all
    select
        change_id, title, description, started_at, null, kind, touchpoints, components, suppliers, channels, null, null, null, null, null, null, null, 'automatic', null
    from automatic

),

build as (

    select local_date as build_date from {{ source('company_folder', 'build') }}

)

select
    known.change_id, known.title, known.description, known.started_at, {{ local_date('known.started_at') }} as started_date,
    known.ended_at, {{ local_date('known.ended_at') }} as ended_date, known.kind,
    known.touchpoints, known.components, known.suppliers, known.channels, known.segments, known.owner_department,
    known.primary_kpi, known.expected_direction, known.expected_size, known.evaluation_date, known.investment_amount,
    known.recorded_in,
    known.recorded_at,
    coalesce(known.primary_kpi is not null and known.recorded_at < known.started_at, false) as is_planned,
    case
        when {{ local_date('known.started_at') }} > build.build_date then 'plan'
        when known.evaluation_date is null or known.evaluation_date > build.build_date then 'do'
        else 'check'
    end as status
from known
cross join build
