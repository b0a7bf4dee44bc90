{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('deliveries') }}",
    post_hook="{{ end_days('deliveries') }}",
) }}

-- depends_on: {{ ref('int_segment_days') }}
with deliveries as (

    select
        deliveries.*,
        segments.segment,
        segments.segment_before,
        {{ local_date('deliveries.delivered_at') }} as delivered_date
    from {{ ref('int_deliveries') }} as deliveries
    left join {{ segments_of('deliveries') }} as segments on deliveries._key = segments.event_key
    where {{ touched_days('deliveries') }}

)

select
    event_date,
    _source as source,
    coalesce(supplier_id, 'unknown') as supplier_id,
    carrier,
    segment,
    segment_before,
    count(*) filter (where {{ is_due() }}) as deliveries_count,
    count(*) filter (where delivered_date <= event_date) as on_time_count,
    count(delivered_date) as arrived_count,
    count(*) filter (where delivered_date > event_date) as arrived_late_count,
    count(*) filter (where delivered_date is not null and is_damaged is not null) as inspected_count,
    count(*) filter (where delivered_date is not null and is_damaged) as damaged_count,
    cast(coalesce(sum(greatest(attempts - 1, 0)), 0) as bigint) as extra_attempts_count
from deliveries
group by event_date, source, coalesce(supplier_id, 'unknown'), carrier, segment, segment_before
