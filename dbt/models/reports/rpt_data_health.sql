-- One row per source table: is it fresh, and what became of its rows.
with loads as (

    select
        source, table_name,
        max(window_end) filter (where status = 'landed') as last_window_end,
        max(logged_at) filter (where status = 'landed') as last_landed_at,
        arg_max(status, logged_at) as last_status,
        arg_max(error, logged_at) as last_error
    from {{ source('landing', 'landing_log') }}
    group by source, table_name

),

-- a table that feeds several contracts is accounted for once: by the model that keeps most of its rows apart
accounts as (

    select
        source, table_name,
        string_agg(contract, ', ' order by contract) as contract,
        arg_max(rows_landed, (rows_apart, contract)) as rows_landed,
        arg_max(rows_staged, (rows_apart, contract)) as rows_staged,
        arg_max(rows_superseded, (rows_apart, contract)) as rows_superseded,
        arg_max(rows_rejected, (rows_apart, contract)) as rows_rejected_staging
    from {{ ref('fct_row_accounts') }}
    group by source, table_name

),

rejected as (

    select source, table_name, cast(sum(rows_count) as bigint) as rows_rejected
    from {{ ref('fct_rejected_rows') }}
    where stage = 'landing'
    group by source, table_name

),

aged as (

    select
        declared.source, declared.table_name, declared.owner_department, declared.late_after_hours,
        loads.last_window_end, loads.last_landed_at, loads.last_status,
        case when loads.last_status = 'failed' then loads.last_error end as last_error,
        round({{ seconds_between('loads.last_landed_at', 'build.built_at') }} / 3600, 1) as hours_old,
        accounts.contract, accounts.rows_landed, accounts.rows_staged, accounts.rows_superseded, accounts.rows_rejected_staging,
        rejected.rows_rejected
    from {{ source('landing', 'declared_tables') }} as declared
    cross join {{ source('company_folder', 'build') }} as build
    left join loads using (source, table_name)
    left join accounts using (source, table_name)
    left join rejected using (source, table_name)

)

select
    source, table_name, contract, owner_department,
    case
        when last_landed_at is null and last_status is null then 'never'
        when last_status = 'failed' then 'down'
        when hours_old > late_after_hours then 'late'
        else 'fresh'
    end as status,
    last_window_end, last_landed_at, hours_old,
    coalesce(rows_landed, 0) + coalesce(rows_rejected, 0) as rows_read,
    coalesce(rows_landed, 0) as rows_landed,
    coalesce(rows_rejected, 0) as rows_rejected,
    coalesce(rows_staged, 0) as rows_staged,
    coalesce(rows_superseded, 0) as rows_superseded,
    coalesce(rows_rejected_staging, 0) as rows_rejected_staging,
    last_error,
    case
        when last_landed_at is null and last_status is null then 'has never landed: run cxhouse ingest ' || source
        when last_status = 'failed' then 'last load failed; figures use what landed before'
        when hours_old > late_after_hours then 'older than ' || late_after_hours || ' hours'
    end as message
from aged
