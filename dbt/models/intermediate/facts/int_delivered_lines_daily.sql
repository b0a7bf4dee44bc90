{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('delivered_lines') }}",
    post_hook="{{ end_days('delivered_lines') }}",
) }}
-- depends_on: {{ ref('int_segment_days') }}
-- Order lines by the day on which they were due.
select
    due_date as event_date,
    source,
    carrier,
    supplier_id,
    segments.segment,
    segments.segment_before,
    count(*) filter (where is_judged) as lines_count,
    count(*) filter (where is_judged and is_on_time_in_full) as on_time_in_full_count
from {{ ref('int_line_outcomes') }} as outcomes
left join {{ segments_of('delivered_lines') }} as segments on outcomes.outcome_key = segments.event_key
where {{ touched_days('delivered_lines', 'due_date') }}
group by due_date, source, carrier, supplier_id, segments.segment, segments.segment_before
