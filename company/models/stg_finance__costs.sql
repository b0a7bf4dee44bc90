with costs as (

    select * from {{ source('finance', 'costs') }}

),

mapped as (

    select
        posting_date as date,
        lower(cost_centre) as channel,
        cost_type as kind,
        amount_eur as amount,
        {{ lineage() }}
    from costs

)

select * from mapped
