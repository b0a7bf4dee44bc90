with changes as (

    select * from {{ source('change_log', 'changes') }}

),

mapped as (

    select
        change_no as change_id,
        title,
        details as description,
        started_at,
        ended_at,
        lower(change_type) as kind,
        replace(touchpoints, '|', ',') as touchpoints,
        replace(systems, '|', ',') as components,
        replace(partners, '|', ',') as suppliers,
        replace(channels, '|', ',') as channels,
        department as owner,
        measure as primary_kpi,
        case goal when 'up' then 'higher' when 'down' then 'lower' end as expected_direction,
        size as expected_size,
        evaluation_date,
        budget as investment_amount,
        logged_at as updated_at,
        {{ lineage() }}
    from changes

)

select * from mapped
