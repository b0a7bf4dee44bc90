-- One row per source table: is it fresh, and what became of its rows.
with accounts as (

    -- a table that feeds several contracts is accounted for once: by the model that keeps most of its rows apart
    select
        source, table_name,
        string_agg(contract, ', ' order by contract) as contract,
        arg_max(rows_staged, (rows_apart, contract)) as rows_staged,
        arg_max(rows_superseded, (rows_apart, contract)) as rows_superseded,
        arg_max(rows_rejected, (rows_apart, contract)) as rows_rejected_staging
    from {{ ref('fct_row_accounts') }}
    group by source, table_name

)

select
    tables.source,
    tables.table_name,
    accounts.contract,
    tables.owner_department,
    tables.status,
    tables.last_window_end,
    tables.last_landed_at,
    tables.last_row_day,
    tables.hours_old,
    tables.rows_landed + tables.rows_rejected as rows_read,
    tables.rows_landed,
    tables.rows_rejected,
    coalesce(accounts.rows_staged, 0) as rows_staged,
    coalesce(accounts.rows_superseded, 0) as rows_superseded,
    coalesce(accounts.rows_rejected_staging, 0) as rows_rejected_staging,
    tables.last_error,
    case tables.status
        when 'never' then 'has never landed: run cxhouse ingest ' || tables.source
        when 'down' then 'the last load failed; figures use what landed before'
        when
            'late'
            then
                'no rows for longer than '
                || tables.late_after_hours
                || ' hours; the last are of '
                || {{ written_date('tables.last_row_day') }}
        else case when accounts.contract is null then 'only looked up by staging models' end
    end as message
from {{ source('landing', 'table_status') }} as tables
left join accounts using (source, table_name)
