{{ config(materialized='table') }}

-- Which touchpoint claims which kind of event, and on which days. A kind that no rule claims is absent: its events are
-- unmapped.
with attributes as (

    select event_kind_id, 'source' as attribute, source as value from {{ ref('int_event_kinds') }}
    union all
    select event_kind_id, 'channel', channel from {{ ref('int_event_kinds') }}
    union all
    select event_kind_id, 'payment_method', payment_method from {{ ref('int_event_kinds') }}
    union all
    select event_kind_id, 'queue', queue from {{ ref('int_event_kinds') }}
    union all
    select event_kind_id, 'topic', topic from {{ ref('int_event_kinds') }}
    union all
    select event_kind_id, 'carrier', carrier from {{ ref('int_event_kinds') }}
    union all
    select event_kind_id, 'supplier_id', supplier_id from {{ ref('int_event_kinds') }}

),

conditions as (

    select * from {{ source('company_folder', 'event_rule_conditions') }}

),

candidates as (

    select kinds.event_kind_id, rules.rule_id, rules.touchpoint_id, rules.valid_from, rules.valid_to
    from {{ ref('int_event_kinds') }} as kinds
    inner join {{ source('company_folder', 'event_rules') }} as rules on kinds.event_type = rules.event_type

),

checks as (

    select
        candidates.event_kind_id,
        candidates.rule_id,
        conditions.attribute,
        conditions.is_excluded,
        max(case when conditions.value = attributes.value then 1 else 0 end) as is_listed,
        -- orders counted for visits have no source, so the source of a rule does not apply to them
        max(case when conditions.attribute = 'source' and attributes.value is null then 1 else 0 end) as is_free
    from candidates
    inner join conditions using (rule_id)
    left join
        attributes
        on candidates.event_kind_id = attributes.event_kind_id and conditions.attribute = attributes.attribute
    group by candidates.event_kind_id, candidates.rule_id, conditions.attribute, conditions.is_excluded

),

violations as (

    select distinct event_kind_id, rule_id
    from checks
    where
        is_free = 0
        and ((not is_excluded and is_listed = 0) or (is_excluded and is_listed = 1))

)

select
    candidates.event_kind_id,
    candidates.touchpoint_id,
    coalesce(candidates.valid_from, date '1900-01-01') as valid_from,
    coalesce(candidates.valid_to, date '9999-12-31') as valid_to
from candidates
left join violations using (event_kind_id, rule_id)
where violations.rule_id is null
