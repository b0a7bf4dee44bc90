with visits as (

    select * from {{ source('web_analytics', 'visits') }}

),

mapped as (

    select
        day as date,
        hour,
        case property
            when 'www' then 'web'
            when 'ios-android' then 'app'
            when 'door-counter' then 'shop'
            else property
        end as channel,
        sessions,
        users as visitors,
        {{ lineage() }}
    from visits

)

select * from mapped
