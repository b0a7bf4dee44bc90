-- One row per change: those somebody recorded, and those that a source's newcomers set off by themselves.
with recorded as (

    select * from {{ ref('dim_recorded_changes') }}

),

-- when it was first recorded with this start and this scope, and when its end was; null where one of those versions has
-- no time of recording
registered as (

    select
        recorded.change_id,
        case when count(*) = count(versions.recorded_at) then {{ local_date('min(versions.recorded_at)') }} end
            as registered_date,
        case
            when count(*) = count(versions.recorded_at)
                then
                    {{ local_date(
                        'min(versions.recorded_at) filter (where versions.ended_at is not distinct from recorded.ended_at)'
                    ) }}
        end as end_registered_date
    from recorded
    inner join {{ ref('dim_change_versions') }} as versions
        on
            recorded.change_id = versions.change_id
            and {{ local_date('recorded.started_at') }} = {{ local_date('versions.started_at') }}
            and (recorded.touchpoints, recorded.components, recorded.suppliers) is not distinct from (
                versions.touchpoints, versions.components, versions.suppliers
            )
    where not versions.is_withdrawn
    group by recorded.change_id

),

-- what appeared after its source's first 28 days is a change of its own, unless a person confirmed it or recorded one
-- within 28 days
automatic as (

    select
        'auto_' || newcomers.component_id as change_id,
        'New ' || newcomers.kind || ': ' || coalesce(suppliers.supplier_name, newcomers.thing_id) as title,
        'Seen for the first time in ' || newcomers.first_source || '.' as description,
        {{ utc_moment(local_minute('newcomers.first_seen_date', 0)) }} as started_at,
        case newcomers.kind when 'supplier' then 'supplier' when 'survey' then 'measurement' else 'touchpoint' end
            as kind,
        (
            select string_agg(seen.touchpoint_id, ',' order by seen.touchpoint_id)
            from {{ ref('dim_newcomer_touchpoints') }} as seen
            where seen.kind = newcomers.kind and seen.thing_id = newcomers.thing_id
        ) as touchpoints,
        case when not newcomers.is_declared then newcomers.component_id else suppliers.component_id end as components,
        case when newcomers.kind = 'supplier' then newcomers.thing_id end as suppliers,
        case when newcomers.kind = 'channel' then newcomers.thing_id end as channels
    from {{ ref('dim_newcomers') }} as newcomers
    left join
        {{ ref('dim_suppliers') }} as suppliers
        on newcomers.kind = 'supplier' and newcomers.thing_id = suppliers.supplier_id
    where
        newcomers.is_news
        and not exists (
            select 1
            from recorded
            where
                recorded.change_id = 'auto_' || newcomers.component_id
                or {{ local_date('recorded.started_at') }}
                between newcomers.first_seen_date - 28 and newcomers.first_seen_date + 28
                and {{ lists_value(
                    "case newcomers.kind when 'supplier' then recorded.suppliers when 'channel' then recorded.channels end",
                    'newcomers.thing_id'
                ) }}
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
    known.change_id,
    known.title,
    known.description,
    known.started_at,
    {{ local_date('known.started_at') }} as started_date,
    known.rolled_out_at, {{ local_date('known.rolled_out_at') }} as rolled_out_date,
    known.ended_at, {{ local_date('known.ended_at') }} as ended_date, known.kind,
    known.touchpoints, known.components, known.suppliers, known.channels, known.segments, known.owner_department,
    known.primary_kpi, known.expected_direction, known.expected_size, known.evaluation_date, known.investment_amount,
    known.recorded_in,
    known.recorded_at,
    registered.registered_date,
    registered.end_registered_date,
    known.is_planned,
    known.is_withdrawn
from known
left join registered using (change_id)
