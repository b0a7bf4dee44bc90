-- One row per source table and pair of clocks in the wrong order.
select
    source, table_name, contract, warning, rows_count, checked_count,
    cast(rows_count as double) / checked_count as share,
    last_file, last_line
from {{ ref('fct_clock_warnings') }}
