-- One row per change, wherever it was recorded. Its facts are as they are told now; its plan is the one in force when it started.
with kept as (

    select *, row_number() over (partition by change_id, {{ local_date('started_at') }} order by position) as number
    from {{ source('company_folder', 'change_plans') }}

),

-- what was kept first when it had started counts: a log that says otherwise today was rewritten
kept_plans as (

    select kept.*
    from kept
    inner join {{ ref('dim_change_plans') }} as told using (change_id)
    where kept.number = 1 and {{ local_date('kept.started_at') }} = {{ local_date('told.started_at') }}

),

recorded as (

    select
        told.change_id, told.title, told.description, told.started_at,
        -- a log that was written over tells another end of the roll-out: it counts when that was said before both days were past
        case
            when
                kept_plans.is_planned
                and not exists (select 1 from {{ ref('dim_change_versions') }} as versions where versions.change_id = told.change_id and versions.rolled_out_at is not distinct from kept_plans.rolled_out_at)
                and not coalesce(
                    told.recorded_at > kept_plans.published_at
                    and {{ local_date('told.recorded_at') }} <= {{ local_date('coalesce(kept_plans.rolled_out_at, kept_plans.started_at)') }}
                    and {{ local_date('told.recorded_at') }} <= {{ local_date('coalesce(told.rolled_out_at, told.started_at)') }},
                    false
                )
                then kept_plans.rolled_out_at
            else told.rolled_out_at
        end as rolled_out_at,
        told.ended_at,
        {%- for column in ['kind', 'touchpoints', 'components', 'suppliers', 'channels', 'segments'] %}
        case when kept_plans.is_planned then kept_plans.{{ column }} else told.{{ column }} end as {{ column }},
        {%- endfor %}
        told.owner_department,
        {%- for column in ['primary_kpi', 'expected_direction', 'expected_size', 'evaluation_date'] %}
        case when kept_plans.is_planned then kept_plans.{{ column }} else told.{{ column }} end as {{ column }},
        {%- endfor %}
        told.investment_amount, told.recorded_in, told.recorded_at, coalesce(kept_plans.is_planned, told.is_planned) as is_planned, told.is_withdrawn
    from {{ ref('dim_change_plans') }} as told
    left join kept_plans using (change_id)
    where told.is_known

),

-- when somebody first told of it with this start and this scope; nobody knows where one of those versions has no moment
registered as (

    select
        recorded.change_id,
        case when count(*) = count(versions.recorded_at) then {{ local_date('min(versions.recorded_at)') }} end as registered_date
    from recorded
    inner join {{ ref('dim_change_versions') }} as versions
        on
            recorded.change_id = versions.change_id
            and {{ local_date('recorded.started_at') }} = {{ local_date('versions.started_at') }}
            and (recorded.touchpoints, recorded.components, recorded.suppliers) is not distinct from (versions.touchpoints, versions.components, versions.suppliers)
    where not versions.is_withdrawn
    group by recorded.change_id

),

-- what appeared after its source's first 28 days is a change of its own, unless a person confirmed it or recorded one within 28 days
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
                recorded.change_id = 'auto_' || newcomers.component_id
                or {{ local_date('recorded.started_at') }} between newcomers.first_seen_date - 28 and newcomers.first_seen_date + 28
                and {{ lists_value("case newcomers.kind when 'supplier' then recorded.suppliers when 'channel' then recorded.channels end", 'newcomers.thing_id') }}
        )

),

known as (

    select * from recorded
    union all
    select
        change_id, title, description, started_at, null, null, kind, touchpoints, components, suppliers, channels,
        null, null, null, null, null, null, null, 'automatic', null, false, false
    from automatic

)

select
    known.change_id, known.title, known.description, known.started_at, {{ local_date('known.started_at') }} as started_date,
    known.rolled_out_at, {{ local_date('known.rolled_out_at') }} as rolled_out_date,
    known.ended_at, {{ local_date('known.ended_at') }} as ended_date, known.kind,
    known.touchpoints, known.components, known.suppliers, known.channels, known.segments, known.owner_department,
    known.primary_kpi, known.expected_direction, known.expected_size, known.evaluation_date, known.investment_amount,
    known.recorded_in, known.recorded_at, registered.registered_date, known.is_planned, known.is_withdrawn
from known
left join registered using (change_id)
