with conversations as (

    select * from {{ source('contact_center', 'conversations') }}

),

mapped as (

    select
        conversation_id as contact_id,
        crm_id as customer_key,
        phone,
        email,
        zip as postcode,
        house_nr as house_number,
        case channel_type
            when 'VOICE' then 'phone'
            when 'EMAIL' then 'mail'
            when 'WEBCHAT' then 'chat'
            when 'WHATSAPP' then 'whatsapp'
            when 'DESK' then 'shop'
            when 'SOCIAL' then 'social'
            else lower(channel_type)
        end as channel,
        case direction when 'in' then 'inbound' when 'out' then 'outbound' end as direction,
        queue,
        lower(reason_code) as topic,
        order_ref as order_id,
        queued_at,
        answered_at,
        ended_at,
        talk_seconds,
        hold_seconds,
        wrap_seconds as after_call_seconds,
        agent as agent_id,
        is_abandoned,
        is_transferred,
        is_solved as is_resolved,
        exported_at as updated_at,
        {{ lineage() }}
    from conversations

)

select * from mapped
