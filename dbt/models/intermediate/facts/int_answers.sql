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

contacts as (

    select
        contact_id,
        _source,
        event_date,
        channel,
        queue,
        topic,
        row_number() over (partition by contact_id order by _source) as source_rank
    from {{ ref('int_contacts') }}
    where contact_id in (select contact_id from responses)

),

deliveries as (

    select
        delivery_id,
        _source,
        event_date,
        supplier_id,
        carrier,
        row_number() over (partition by delivery_id order by _source) as source_rank
    from {{ ref('int_deliveries') }}
    where delivery_id in (select delivery_id from responses)

),

orders as (

    select
        order_id,
        _source,
        event_date,
        channel,
        payment_method,
        row_number() over (partition by order_id order by _source) as source_rank
    from {{ ref('int_orders') }}
    where order_id in (select order_id from responses)

),

attributed as (

    select
        responses._key,
        responses.survey_id,
        responses.metric,
        cast(responses.score as double) as score,
        cast(responses.scale_min as double) as scale_min,
        cast(responses.scale_max as double) as scale_max,
        responses._source as survey_source,
        responses.supplier_id as asked_supplier_id,
        {{ local_date('responses.asked_at') }} as asked_date,
        case
            when surveys.is_relationship then 'relationship'
            when contacts.contact_id is not null then 'contact'
            when deliveries.delivery_id is not null then 'delivery'
            when orders.order_id is not null then 'order'
            when hinted.touchpoint_id is not null then 'hint'
            when surveys.touchpoint_id is not null then 'survey'
            else 'unmapped'
        end as attributed_by,
        coalesce(hinted.touchpoint_id, surveys.touchpoint_id) as declared_touchpoint_id,
        contacts._source as contact_source,
        contacts.event_date as contact_date,
        contacts.channel as contact_channel,
        contacts.queue,
        contacts.topic,
        deliveries._source as delivery_source,
        deliveries.event_date as delivery_date,
        deliveries.supplier_id as delivery_supplier_id,
        deliveries.carrier,
        orders._source as order_source,
        orders.event_date as order_date,
        orders.channel as order_channel,
        orders.payment_method
    from responses
    left join contacts on responses.contact_id = contacts.contact_id and contacts.source_rank = 1
    left join deliveries on responses.delivery_id = deliveries.delivery_id and deliveries.source_rank = 1
    left join orders on responses.order_id = orders.order_id and orders.source_rank = 1
    left join {{ source('company_folder', 'surveys') }} as surveys on responses.survey_id = surveys.survey_id
    left join {{ source('company_folder', 'touchpoints') }} as hinted on responses.touchpoint_hint = hinted.touchpoint_id

)

select
    _key,
    survey_id,
    metric,
    score,
    scale_min,
    scale_max,
    attributed_by,
    case when attributed_by in ('hint', 'survey') then declared_touchpoint_id end as touchpoint_id,
    case attributed_by
        when 'contact' then 'contact_' || contact_channel
        when 'delivery' then 'delivered'
        when 'order' then 'order_placed'
    end as event_type,
    case attributed_by
        when 'contact' then contact_source
        when 'delivery' then delivery_source
        when 'order' then order_source
        else survey_source
    end as source,
    case attributed_by
        when 'contact' then contact_channel
        when 'order' then order_channel
    end as channel,
    case when attributed_by = 'order' then payment_method end as payment_method,
    case when attributed_by = 'contact' then queue end as queue,
    case when attributed_by = 'contact' then topic end as topic,
    case when attributed_by = 'delivery' then carrier end as carrier,
    coalesce(asked_supplier_id, case when attributed_by = 'delivery' then delivery_supplier_id end) as supplier_id,
    case attributed_by
        when 'contact' then contact_date
        when 'delivery' then delivery_date
        when 'order' then order_date
        else asked_date
    end as event_date
from attributed
