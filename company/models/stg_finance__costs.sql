with costs as (

    select * from {{ source('finance', 'costs') }}

),

mapped as (

    select
        posting_date as date,
        lower(cost_centre) as channel,
        case
            when cost_type = 'staff' and cost_centre in ('PHONE', 'MAIL', 'CHAT', 'WHATSAPP') then 'contact'
            when cost_type = 'returns' then 'return'
            else cost_type
        end as kind,
        amount_eur as amount,
        {{ lineage() }}
    from costs

)

select * from mapped
