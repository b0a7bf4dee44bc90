{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('visits') }}",
    post_hook="{{ end_days('visits') }}",
) }}

select
    event_date,
    _source as source,
    channel,
    sum(sessions) as sessions_count
from {{ ref('int_visits') }}
where {{ touched_days('visits') }}
group by event_date, source, channel
