{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('deliveries_scheduled') }}",
    post_hook="{{ end_days('deliveries_scheduled') }}",
) }}
-- depends_on: {{ ref('int_segment_days') }}
-- Deliveries by the day last scheduled.
with deliveries as (

    select *, {{ local_date('scheduled_at') }} as counted_date, {{ local_date('delivered_at') }} as delivered_date
    from {{ ref('int_deliveries') }}
    where scheduled_at is not null

)

select
    counted_date as event_date,
    _source as source,
    coalesce(supplier_id, 'unknown') as supplier_id,
    carrier,
    segments.segment,
    count(*) as deliveries_count,
    count(*) filter (where delivered_date <= counted_date) as on_time_count
from deliveries
left join {{ segments_of('deliveries_scheduled') }} as segments on deliveries._key = segments.event_key
where {{ touched_days('deliveries_scheduled', 'counted_date') }}
group by counted_date, source, coalesce(supplier_id, 'unknown'), carrier, segments.segment
