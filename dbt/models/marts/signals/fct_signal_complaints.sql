-- One row per touchpoint and day: complaints among its contacts. Which topics are complaints is a list in signals.yml.
select
    'repeated_complaints' as signal_id,
    'touchpoint' as subject_kind,
    map.touchpoint_id as subject_id,
    touchpoints.touchpoint_name as subject_name,
    'complaints' as measure_id, span.last_date,
    contacts.event_date as local_date,
    cast(
        sum(
            case
                when
                    contacts.topic in {{ signal_list('repeated_complaints', 'complaint_topics') }}
                    then contacts.contacts_count else
                    0
            end
        ) as double
    )
        as numerator,
    0.0 as numerator_sq,
    cast(sum(contacts.contacts_count) as double) as denominator
from (
    select
        *,
        'contact_' || channel as event_type,
        cast(null as varchar) as payment_method,
        cast(null as varchar) as carrier,
        cast(null as varchar) as supplier_id
    from {{ ref('int_contacts_daily') }}
) as contacts
cross join {{ ref('dim_signal_span') }} as span
{{ join_event_map('contacts') }}
inner join {{ ref('dim_touchpoints') }} as touchpoints on map.touchpoint_id = touchpoints.touchpoint_id
where
    contacts.event_date >= span.first_date
    -- without a single complaint ever, the topics are named otherwise here: nothing is measured
    and exists (
        select 1
        from {{ ref('int_contacts_daily') }}
        where topic in {{ signal_list('repeated_complaints', 'complaint_topics') }}
    )
group by map.touchpoint_id, touchpoints.touchpoint_name, span.last_date, contacts.event_date
