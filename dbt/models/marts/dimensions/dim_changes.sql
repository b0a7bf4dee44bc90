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

-- what appeared after its source's first 28 days, with the ids that a change about it alone, or about its month, has
appeared as (

    select
        *,
        'auto_' || component_id as own_id,
        'auto_' || kind || 's_' || strftime(first_seen_date, '%Y-%m') as month_id
    from {{ ref('dim_newcomers') }}
    where is_news

),

-- it is a change of its own, unless a person confirmed it or recorded one within 28 days, or the company wants none;
-- many new ones of a kind in a month are one change, which begins with the first of them
news as (

    select
        appeared.*,
        count(*) over (partition by appeared.month_id) > company.newcomers_grouped_above as is_one_of_many
    from appeared
    cross join {{ source('company_folder', 'company') }} as company
    where
        company.newcomer_changes
        and not exists (
            select 1
            from recorded
            where
                recorded.change_id in (appeared.own_id, appeared.month_id)
                or {{ local_date('recorded.started_at') }}
                between appeared.first_seen_date - 28 and appeared.first_seen_date + 28
                and {{ lists_value(
                    "case appeared.kind when 'supplier' then recorded.suppliers when 'channel' then recorded.channels end",
                    'appeared.thing_id'
                ) }}
        )

),

placed as (

    select
        news.*,
        seen.touchpoint_id,
        coalesce(suppliers.supplier_name, news.thing_id) as thing_name,
        case when not news.is_declared then news.group_id else suppliers.component_id end as in_component,
        case when news.is_one_of_many then news.month_id else news.own_id end as change_id
    from news
    left join {{ ref('dim_newcomer_touchpoints') }} as seen
        on news.kind = seen.kind and news.thing_id = seen.thing_id
    left join {{ ref('dim_suppliers') }} as suppliers
        on news.kind = 'supplier' and news.thing_id = suppliers.supplier_id

),

automatic as (

    select
        change_id,
        case
            when is_one_of_many
                then
                    format('{:,}', count(distinct thing_id)) || ' new ' || kind || 's in '
                    || {{ written_month('min(first_seen_date)') }}
            else 'New ' || kind || ': ' || min(thing_name)
        end as title,
        case
            when is_one_of_many
                then
                    'Seen for the first time: '
                    || array_to_string(list_sort(list(distinct thing_name))[1:5], ', ')
                    || case
                        when count(distinct thing_id) > 5
                            then ' and ' || format('{:,}', count(distinct thing_id) - 5) || ' more'
                        else ''
                    end
                    || '.'
            else 'Seen for the first time in ' || min(first_source) || '.'
        end as description,
        {{ utc_moment(local_minute('min(first_seen_date)', 0)) }} as started_at,
        case kind when 'supplier' then 'supplier' when 'survey' then 'measurement' else 'touchpoint' end as change_kind,
        string_agg(distinct touchpoint_id, ',' order by touchpoint_id) as touchpoints,
        case when not is_one_of_many then min(in_component) end as components,
        case when kind = 'supplier' and not is_one_of_many then min(thing_id) end as suppliers,
        case when kind = 'channel' and not is_one_of_many then min(thing_id) end as channels
    from placed
    group by change_id, kind, is_one_of_many

),

known as (

    select * from recorded
    union all
    select
        change_id,
        title,
        description,
        started_at,
        null,
        null,
        change_kind,
        touchpoints,
        components,
        suppliers,
        channels,
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
