-- The local days each source has delivered for a fact: from its first event up to, not including, the end of the last
-- landed window of the tables that the fact is read from. Journeys are known as far as every fact that their followed
-- phases need; moments need none, because they end as they begin.
with events as (

    {% for fact, model in covering_facts().items() %}
    select '{{ fact }}' as fact, source, min(event_date) as first_date, max(event_date) as last_date from {{ ref(model) }} group by source
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

landed as (

    select fact, source, max(until_date) as landed_until
    from {{ ref('int_table_coverage') }}
    group by fact, source

),

-- an answer has the source of the event it asks about: it is known as far as the tables of answers have landed
landed_facts as (

    select fact, max(until_date) as landed_until
    from {{ ref('int_table_coverage') }}
    group by fact

),

covered as (

    select
        events.fact,
        events.source,
        events.first_date,
        coalesce(landed.landed_until, landed_facts.landed_until, events.last_date + 1) as until_date
    from events
    left join landed using (fact, source)
    left join landed_facts using (fact)

),

journey_facts as (

    select fact, min(first_date) as first_date, max(until_date) as until_date
    from covered
    where
        fact in (
            select {{ fact_of_event('events.event_type') }}
            from {{ source('company_folder', 'phase_events') }} as events
            inner join {{ source('company_folder', 'phases') }} as phases using (journey_id, phase_id)
            where not phases.is_moment and phases.not_followed_reason is null
        )
    group by fact

)

select fact, source, first_date, until_date from covered
union all
select 'journeys', cast(null as varchar), min(first_date), min(until_date)
from journey_facts
having count(*) > 0
