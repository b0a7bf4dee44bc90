{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('shipped_units') }}",
    post_hook="{{ end_days('shipped_units') }}",
) }}
-- depends_on: {{ ref('int_segment_days') }}
-- Units by the day their order was shipped, with those returned within 30 days.
select
    shipped_date as event_date,
    order_source as source,
    channel,
    segments.segment,
    segments.segment_before,
    sum(units_count) as shipped_units_count,
    sum(returned_units_count) as returned_units_count
from {{ ref('int_order_outcomes') }} as outcomes
left join
    {{ segments_of('shipped_units') }} as segments
    on outcomes.outcome_key || '|' || coalesce(outcomes.order_source, '') = segments.event_key
where shipped_date is not null and units_count > 0 and {{ touched_days('shipped_units', 'shipped_date') }}
group by shipped_date, order_source, channel, segments.segment, segments.segment_before
