-- The local days each source has delivered for a fact: from its first event up to, not including, the end of its last landed window.
with events as (

    select 'orders' as fact, source, min(event_date) as first_date, max(event_date) as last_date from {{ ref('int_orders_daily') }} group by source
    union all
    select 'visits' as fact, source, min(event_date) as first_date, max(event_date) as last_date from {{ ref('int_visits_daily') }} group by source
    union all
    select 'contacts' as fact, source, min(event_date) as first_date, max(event_date) as last_date from {{ ref('int_contacts_daily') }} group by source
    union all
    select 'deliveries' as fact, source, min(event_date) as first_date, max(event_date) as last_date from {{ ref('int_deliveries_daily') }} group by source
    union all
    select 'answers' as fact, source, min(event_date) as first_date, max(event_date) as last_date from {{ ref('int_answers_daily') }} group by source

),

landed as (

    select source, max(window_end) as landed_until
    from {{ source('landing', 'landing_log') }}
    where status = 'landed'
    group by source

)

select
    events.fact,
    events.source,
    events.first_date,
    coalesce(landed.landed_until, events.last_date + 1) as until_date
from events
left join landed using (source)
