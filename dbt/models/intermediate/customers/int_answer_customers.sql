{{ config(materialized='table') }}

-- One row per survey answer of a known customer: the customer with the answer's number, otherwise the customer of the
-- contact, delivery or order it asks about. A number that several customers have matches none of them.
with owners as (

    select customer_key, min(customer_id) as customer_id
    from {{ ref('int_customers__resolved') }}
    where customer_key is not null
    group by customer_key
    having count(distinct customer_id) = 1

),

contacts as (

    select contacts.contact_id, min(matched.customer_id) as customer_id
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('int_contacts__matched') }} as matched using (_key)
    group by contacts.contact_id
    having count(*) = 1

),

deliveries as (

    select deliveries.delivery_id, min(buyers.customer_id) as customer_id
    from {{ ref('int_deliveries') }} as deliveries
    inner join {{ ref('int_order_buyers') }} as buyers on deliveries.order_id = buyers.order_id
    group by deliveries.delivery_id
    having count(*) = 1

)

select
    responses._key,
    coalesce(owners.customer_id, contacts.customer_id, deliveries.customer_id, buyers.customer_id) as customer_id
from {{ ref('int_survey_responses') }} as responses
left join owners on responses.customer_key = owners.customer_key
left join contacts on responses.contact_id = contacts.contact_id
left join deliveries on responses.delivery_id = deliveries.delivery_id
left join {{ ref('int_order_buyers') }} as buyers on responses.order_id = buyers.order_id
where coalesce(owners.customer_id, contacts.customer_id, deliveries.customer_id, buyers.customer_id) is not null
