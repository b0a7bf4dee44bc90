with pakduif as (

    select * from {{ source('carriers', 'pakduif') }}

),

stadsflits as (

    select * from {{ source('carriers', 'stadsflits') }}

),

wielwerk as (

    select * from {{ source('carriers', 'wielwerk') }}

),

zoefpost as (

    select * from {{ source('carriers', 'zoefpost') }}

),

united as (

    select
        parcel as delivery_id,
        order_ref as order_id,
        'pakduif' as supplier_id,
        service as carrier,
        cast(null as date) as requested_date,
        promised_at,
        scheduled_at,
        ship_by,
        shipped_at,
        delivered_at,
        attempts,
        quantity_ordered,
        quantity_delivered,
        is_damaged,
        case status when 'AFG' then 'delivered' when 'KWT' then 'lost' else 'on its way' end as status,
        reported_at as updated_at,
        {{ lineage() }}
    from pakduif
    union all
    select
        parcel as delivery_id,
        order_ref as order_id,
        'stadsflits' as supplier_id,
        service as carrier,
        cast(null as date) as requested_date,
        promised_at,
        scheduled_at,
        cast(null as timestamptz) as ship_by,
        shipped_at,
        delivered_at,
        attempts,
        quantity_ordered,
        quantity_delivered,
        is_damaged,
        case status when 'DELIVERED' then 'delivered' when 'LOST' then 'lost' else 'on its way' end as status,
        reported_at as updated_at,
        {{ lineage() }}
    from stadsflits
    union all
    select
        parcel as delivery_id,
        order_ref as order_id,
        'wielwerk' as supplier_id,
        'two_man' as carrier,
        requested_date,
        promised_at,
        scheduled_at,
        cast(null as timestamptz) as ship_by,
        shipped_at,
        delivered_at,
        attempts,
        quantity_ordered,
        quantity_delivered,
        is_damaged,
        case status when 'GELEVERD' then 'delivered' when 'VERMIST' then 'lost' else 'on its way' end as status,
        reported_at as updated_at,
        {{ lineage() }}
    from wielwerk
    union all
    select
        parcel as delivery_id,
        order_ref as order_id,
        'zoefpost' as supplier_id,
        'standard' as carrier,
        cast(null as date) as requested_date,
        promised_at,
        scheduled_at,
        cast(null as timestamptz) as ship_by,
        shipped_at,
        delivered_at,
        attempts,
        quantity_ordered,
        quantity_delivered,
        is_damaged,
        case status when 'done' then 'delivered' when 'lost' then 'lost' else 'on its way' end as status,
        reported_at as updated_at,
        {{ lineage() }}
    from zoefpost

)

select * from united
