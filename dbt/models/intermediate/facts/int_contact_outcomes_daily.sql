{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('contact_outcomes') }}",
    post_hook="{{ end_days('contact_outcomes') }}",
) }}
-- depends_on: {{ ref('int_segment_days') }}
-- Inbound contacts by the day they began: with a known customer, resolved, and without another contact about the same
-- topic in the next seven days.
select
    outcomes.event_date,
    outcomes.source,
    outcomes.channel,
    outcomes.queue,
    outcomes.topic,
    segments.segment,
    segments.segment_before,
    count(*) as inbound_contacts_count,
    count(*) filter (where customer_id is null) as without_customer_count,
    count(*) filter (where is_resolved and customer_id is not null) as resolved_count,
    count(*) filter (where is_resolved and customer_id is not null and not is_followed) as first_contact_resolved_count
from {{ ref('int_contact_outcomes') }} as outcomes
left join {{ segments_of('contact_outcomes') }} as segments on outcomes.outcome_key = segments.event_key
where {{ touched_days('contact_outcomes', 'outcomes.event_date') }}
group by all
