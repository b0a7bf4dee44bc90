{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('delivered_lines') }}",
    post_hook="{{ end_days('delivered_lines') }}",
) }}

-- Order lines by the day they should all have been there.
select
    due_date as event_date,
    source,
    carrier,
    supplier_id,
    count(*) filter (where is_judged) as lines_count,
    count(*) filter (where is_judged and is_on_time_in_full) as on_time_in_full_count
from {{ ref('int_line_outcomes') }}
where {{ touched_days('delivered_lines', 'due_date') }}
group by due_date, source, carrier, supplier_id
