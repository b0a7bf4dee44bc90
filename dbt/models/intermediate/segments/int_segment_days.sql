{{ config(
    materialized='table',
    pre_hook="{{ begin_segment_days() }}",
    post_hook="{{ end_segment_days() }}",
) }}

-- One row per daily fact and day: a fingerprint of the segments of its rows. A day whose fingerprint changed is counted
-- again.
select fact, event_date, {{ rows_fingerprint(['event_key', 'segment', 'segment_before']) }} as fingerprint
from {{ ref('int_event_segments') }}
where segment is not null and fact <> 'returns'
group by fact, event_date
