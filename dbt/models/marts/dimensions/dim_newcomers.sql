-- One row per supplier, channel and survey seen in the data: since when, whether that was news (after its source's
-- first 28 days), whether the company folder names it, and the component that an undeclared one belongs to (group_id).
with seen as (

    select
        'supplier' as kind,
        'deliveries' as fact,
        source,
        supplier_id as thing_id,
        min(event_date) as first_date,
        max(event_date) as last_date
    from {{ ref('int_deliveries_daily') }}
    where supplier_id <> 'unknown'
    group by source, supplier_id
    union all
    select 'channel', 'orders', source, channel, min(event_date), max(event_date)
    from {{ ref('int_orders_daily') }}
    where channel <> 'unknown'
    group by source, channel
    union all
    select 'channel', 'contacts', source, channel, min(event_date), max(event_date)
    from {{ ref('int_contacts_daily') }}
    group by source, channel
    union all
    select 'channel', 'visits', source, channel, min(event_date), max(event_date)
    from {{ ref('int_visits_daily') }}
    group by source, channel
    union all
    select 'survey', 'answers', _source, survey_id, min(event_date), max(event_date)
    from {{ ref('int_survey_responses') }}
    group by _source, survey_id

),

begun as (

    select fact, source, min(first_date) as source_first_date from seen group by fact, source

),

first_seen as (

    select
        seen.kind,
        seen.thing_id,
        min(seen.first_date) as first_seen_date,
        max(seen.last_date) as last_seen_date,
        arg_min(seen.source, (seen.first_date, seen.source)) as first_source,
        arg_min(begun.source_first_date, (seen.first_date, seen.source, begun.source_first_date)) as source_first_date
    from seen
    inner join begun using (fact, source)
    group by seen.kind, seen.thing_id

),

declared as (

    select 'supplier' as kind, supplier_id as thing_id
    from {{ source('company_folder', 'components') }}
    where supplier_id is not null
    union
    select kind, thing_id from {{ source('company_folder', 'declared_things') }}

),

named as (

    select
        first_seen.kind,
        first_seen.thing_id,
        first_seen.kind || '_' || {{ plain_id('first_seen.thing_id') }} as component_id,
        first_seen.first_seen_date,
        first_seen.last_seen_date,
        first_seen.first_source,
        first_seen.first_seen_date >= first_seen.source_first_date + 28 as is_news,
        declared.thing_id is not null as is_declared,
        declared.thing_id is null
        and count(*) filter (where declared.thing_id is null) over (partition by first_seen.kind)
        > (select newcomers_grouped_above from {{ source('company_folder', 'company') }}) as is_grouped
    from first_seen
    left join declared using (kind, thing_id)

)

select *, case when is_grouped then 'undeclared_' || kind || 's' else component_id end as group_id
from named
