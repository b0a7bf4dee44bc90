-- One row per day with facts: a fingerprint of all that fct_daily_measures makes the rows of the day from: the facts,
-- which touchpoint claims their kinds, the measures that are known on the day.
with facts as (

    select local_date, sum(fingerprint) as fingerprint
    from ({{ list_fact_fingerprints(measured_facts()) }}) as facts
    group by local_date

),

kinds as (

    select
        kinds.first_date,
        sum(
            hash(
                kinds.event_type, kinds.source, kinds.channel, kinds.payment_method, kinds.queue, kinds.topic,
                kinds.carrier, kinds.supplier_id, map.touchpoint_id, map.valid_from, map.valid_to
            )
        ) as fingerprint
    from {{ ref('int_event_kinds') }} as kinds
    inner join {{ ref('int_event_map') }} as map on kinds.event_kind_id = map.event_kind_id
    group by kinds.first_date

),

measures as (

    select *, hash(measure_id, has_company_answers) as fingerprint from {{ ref('dim_measure_bounds') }}

)

select
    facts.local_date,
    hash(
        facts.fingerprint,
        (select sum(kinds.fingerprint) from kinds where kinds.first_date <= facts.local_date),
        (
            select sum(measures.fingerprint) from measures
            where measures.first_date <= facts.local_date and measures.until_date > facts.local_date
        ),
        (select sum(hash(needs)) from {{ ref('int_measure_needs') }} as needs)
    ) as fingerprint
from facts
where facts.local_date is not null
