{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_contact_outcomes() }}",
    post_hook="{{ end_outcomes('contact_outcomes', {'contact_outcomes': 'event_date'}) }}",
) }}

-- One row per inbound contact with its customer, and the next contact of the customer about the same topic in any
-- channel, at the same time or later. Contacts without a topic count as one topic.
with contacts as (

    select contacts.*, matched.customer_id
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('int_contacts__matched') }} as matched using (_key)
    where
        contacts.direction is distinct from 'outbound'
        and {{ is_changed_outcome('contact_outcomes', 'contacts._key') }}

),

known as (

    select
        _key,
        queued_at,
        lead(queued_at) over (partition by customer_id, topic order by queued_at, _key) as next_queued_at,
        lead(channel) over (partition by customer_id, topic order by queued_at, _key) as next_channel
    from contacts
    where customer_id is not null

),

followed as (

    select
        _key,
        next_channel,
        {{ seconds_between('queued_at', 'next_queued_at') }} as seconds_to_next
    from known

)

select
    contacts._key as outcome_key,
    contacts.customer_id,
    contacts._source as source,
    contacts.channel,
    contacts.queue,
    contacts.topic,
    contacts.is_resolved,
    contacts.event_date,
    followed.next_channel,
    followed.seconds_to_next,
    coalesce(followed.seconds_to_next <= 7 * 86400, false) as is_followed
from contacts
left join followed using (_key)
