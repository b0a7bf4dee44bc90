-- One row per channel, or the company, and day: contacts whose customer asked about the same topic again within seven
-- days, next in another channel; by the day and channel of the first. The last seven days are not known yet.
with contacts as (

    select
        outcomes.event_date, outcomes.channel,
        outcomes.is_followed and outcomes.next_channel <> outcomes.channel as is_asked_elsewhere,
        span.last_date - 7 as last_date
    from {{ ref('int_contact_outcomes') }} as outcomes
    cross join {{ ref('dim_signal_span') }} as span
    where
        outcomes.customer_id is not null
        and outcomes.topic is not null
        and outcomes.event_date between span.first_date and span.last_date - 7
        -- one channel alone cannot lose track of a customer
        and (select count(distinct channel) from {{ ref('int_contacts_daily') }}) > 1

),

grouped as (

    select
        'channel' as subject_kind,
        channel as subject_id,
        'Asked first by ' || channel as subject_name,
        event_date,
        is_asked_elsewhere,
        last_date
    from contacts
    union all
    select 'company', 'company', 'The company', event_date, is_asked_elsewhere, last_date from contacts

)

select
    'repeat_questions' as signal_id, subject_kind, subject_id, subject_name,
    'asked_elsewhere' as measure_id, last_date,
    event_date as local_date,
    cast(count(*) filter (where is_asked_elsewhere) as double) as numerator,
    0.0 as numerator_sq,
    cast(count(*) as double) as denominator
from grouped
group by subject_kind, subject_id, subject_name, last_date, event_date
