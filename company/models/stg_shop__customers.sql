with customers as (

    select * from {{ source('shop', 'customers') }}

),

mapped as (

    select
        customer_no as customer_key,
        email_address as email,
        phone_number as phone,
        zip_code as postcode,
        house_nr as house_number,
        created_on as created_at,
        customer_type = 'P' as is_prospect,
        modified_on as updated_at,
        {{ lineage() }}
    from customers

)

select * from mapped
