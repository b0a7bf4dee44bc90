{{ config(materialized='table') }}

-- One row per customer of a source system, with its customer in the warehouse. A row of a later source is the same
-- customer as a row of an earlier source when a key fits exactly one customer there.
with customers as (

    select
        _key as source_customer_id,
        _source as source,
        customer_key,
        email,
        phone,
        postcode || '|' || house_number as address,
        created_at
    from {{ ref('int_customers') }}

),

keys as (

    select source_customer_id, source, 1 as rank, 'customer_key' as rule, customer_key as key_value from customers
    union all
    select source_customer_id, source, 2, 'email', email from customers
    union all
    select source_customer_id, source, 3, 'phone', phone from customers

),

unique_keys as (

    select source, rule, key_value, min(source_customer_id) as source_customer_id
    from keys
    where key_value is not null
    group by source, rule, key_value
    having count(*) = 1

),

matches as (

    select
        keys.source_customer_id,
        keys.rule,
        unique_keys.source_customer_id as matched_customer_id,
        row_number() over (partition by keys.source_customer_id order by keys.rank, unique_keys.source) as match_rank
    from keys
    inner join
        unique_keys
        on keys.rule = unique_keys.rule and keys.key_value = unique_keys.key_value and unique_keys.source < keys.source

)

select
    customers.source_customer_id,
    coalesce(matches.matched_customer_id, customers.source_customer_id) as customer_id,
    coalesce(matches.rule, 'own') as match_rule,
    customers.source,
    customers.customer_key,
    customers.email,
    customers.phone,
    customers.address,
    customers.created_at
from customers
left join matches on customers.source_customer_id = matches.source_customer_id and matches.match_rank = 1
