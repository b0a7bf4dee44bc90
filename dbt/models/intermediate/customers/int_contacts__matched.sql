-- One row per contact with its customer and the rule that matched it, or the reason why none did. A key that fits
-- several customers matches none.
with keys as (

    select 1 as rank, 'customer_key' as rule, customer_key as key_value, customer_id
    from {{ ref('int_customers__resolved') }}
    union all
    select 2, 'email', email, customer_id from {{ ref('int_customers__resolved') }}
    union all
    select 3, 'phone', phone, customer_id from {{ ref('int_customers__resolved') }}
    union all
    select 4, 'address', address, customer_id from {{ ref('int_customers__resolved') }}

),

owners as (

    select rank, rule, key_value, min(customer_id) as customer_id, count(distinct customer_id) as customers_count
    from keys
    where key_value is not null
    group by rank, rule, key_value

),

contact_keys as (

    select _key, 'customer_key' as rule, customer_key as key_value from {{ ref('int_contacts') }}
    union all
    select _key, 'email', email from {{ ref('int_contacts') }}
    union all
    select _key, 'phone', phone from {{ ref('int_contacts') }}
    union all
    select _key, 'address', postcode || '|' || house_number from {{ ref('int_contacts') }}

),

matches as (

    select
        contact_keys._key,
        min_by(owners.rule, owners.rank) filter (where owners.customers_count = 1) as rule,
        min_by(owners.customer_id, owners.rank) filter (where owners.customers_count = 1) as customer_id,
        max(owners.customers_count) as most_customers
    from contact_keys
    inner join owners on contact_keys.rule = owners.rule and contact_keys.key_value = owners.key_value
    group by contact_keys._key

)

select
    contacts._key,
    contacts.event_date,
    contacts.channel,
    matches.customer_id,
    coalesce(matches.rule, case when matches.most_customers > 1 then 'ambiguous' else 'unmatched' end) as match_rule
from {{ ref('int_contacts') }} as contacts
left join matches using (_key)
