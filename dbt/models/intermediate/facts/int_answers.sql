{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_answers() }}",
    post_hook="{{ end_answers() }}",
) }}

with responses as (

    select * from {{ ref('int_survey_responses') }}
    {% if is_incremental() -%}
    where _key in (select key from changed_keys where consumer = 'recount' and contract = 'survey_responses')
    {%- endif %}

),

asked as (

    select _key, 'contact' as kind, contact_id as reference_id from responses where contact_id is not null
    union all
    select _key, 'delivery', delivery_id from responses where delivery_id is not null
    union all
    select _key, 'order', order_id from responses where order_id is not null

),

-- what an answer asks about: the contact if it names one, otherwise the delivery, otherwise the order
found as (

    select
        asked._key,
        events.*,
        row_number() over (partition by asked._key order by events.kind_rank, events.source) as found_rank
    from asked
    inner join
        {{ ref('int_answerable_events') }} as events
        on asked.kind = events.kind and asked.reference_id = events.reference_id

),

attributed as (

    select
        responses.*,
        found.event_type,
        found.source as event_source,
        found.event_date as asked_event_date,
        found.channel,
        found.payment_method,
        found.queue,
        found.topic,
        found.carrier,
        found.supplier_id as delivery_supplier_id,
        coalesce(hinted.touchpoint_id, surveys.touchpoint_id) as declared_touchpoint_id,
        case
            when surveys.is_relationship then 'relationship'
            when found.kind is not null then found.kind
            when hinted.touchpoint_id is not null then 'hint'
            when surveys.touchpoint_id is not null then 'survey'
            else 'unmapped'
        end as attributed_by
    from responses
    left join found on responses._key = found._key and found.found_rank = 1
    left join {{ source('company_folder', 'surveys') }} as surveys on responses.survey_id = surveys.survey_id
    left join
        {{ source('company_folder', 'touchpoints') }} as hinted
        on responses.touchpoint_hint = hinted.touchpoint_id

),

placed as (

    select *, attributed_by in ('contact', 'delivery', 'order') as is_about_event from attributed

)

select
    _key,
    survey_id,
    metric,
    cast(score as double) as score,
    cast(scale_min as double) as scale_min,
    cast(scale_max as double) as scale_max,
    attributed_by,
    case when attributed_by in ('hint', 'survey') then declared_touchpoint_id end as touchpoint_id,
    case when is_about_event then event_type end as event_type,
    case when is_about_event then event_source else _source end as source,
    case when is_about_event then channel end as channel,
    case when is_about_event then payment_method end as payment_method,
    case when is_about_event then queue end as queue,
    case when is_about_event then topic end as topic,
    case when is_about_event then carrier end as carrier,
    coalesce(supplier_id, case when is_about_event then delivery_supplier_id end) as supplier_id,
    case when is_about_event then asked_event_date else {{ local_date('asked_at') }} end as event_date
from placed
