-- The local days each source has delivered for a fact: from its first event up to, not including, the end of its last
-- landed window.
with events as (

    {% for fact, model in covering_facts().items() %}
    select '{{ fact }}' as fact, source, min(event_date) as first_date, max(event_date) as last_date from {{ ref(model) }} group by source
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

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
