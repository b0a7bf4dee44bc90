-- One row per source table and contract it feeds: is it fresh, and what became of its rows. A table that feeds none has
-- one row.
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
    tables.rows_without_window,
    coalesce(accounts.rows_staged, 0) as rows_staged,
    coalesce(accounts.rows_superseded, 0) as rows_superseded,
    coalesce(accounts.rows_rejected, 0) as rows_rejected_staging,
    coalesce(early.rows_count, 0) as rows_before_first_day,
    tables.last_error,
    nullif(concat_ws(
        '; ',
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
            else case when accounts.contract is null then 'feeds no contract; models may look something up in it' end
        end,
        case
            when tables.rows_without_window > 0
                then
                    'rows without a day that any load takes (none, or out of range): '
                    || format('{:,}', tables.rows_without_window)
        end,
        case
            when early.rows_count > 0
                then format('{:,}', early.rows_count) || ' rows of days before first_day in company.yml are not used'
        end
    ), '') as message
from {{ source('landing', 'table_status') }} as tables
left join {{ ref('fct_row_accounts') }} as accounts using (source, table_name)
left join {{ source('landing', 'early_rows') }} as early using (source, table_name)
