-- One row per source table, stage and reason.
select source, table_name, stage, reason, rows_count, last_file, last_line, last_landed_at
from {{ ref('fct_rejected_rows') }}
