-- One row per customer, matched across sources.
with orders as (

    select
        resolved.customer_id,
        count(*) as orders_count,
        min(orders.event_date) as first_ordered_date,
        max(orders.event_date) as last_ordered_date
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_customers__resolved') }} as resolved on orders.customer_key = resolved.customer_key and orders._source = resolved.source
    group by resolved.customer_id

),

contacts as (

    select customer_id, count(*) as contacts_count
    from {{ ref('int_contacts__matched') }}
    where customer_id is not null
    group by customer_id

),

customers as (

    select
        customer_id,
        min(created_at) as created_at,
        count(*) as source_rows_count,
        string_agg(distinct match_rule, ',' order by match_rule) as match_rules
    from {{ ref('int_customers__resolved') }}
    group by customer_id

)

select
    customers.customer_id,
    {{ local_date('customers.created_at') }} as created_date,
    customers.source_rows_count,
    customers.match_rules,
    coalesce(orders.orders_count, 0) as orders_count,
    orders.first_ordered_date,
    orders.last_ordered_date,
    coalesce(contacts.contacts_count, 0) as contacts_count
from customers
left join orders using (customer_id)
left join contacts using (customer_id)
