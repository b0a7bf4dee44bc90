{# Whether a delivery is to be judged: one that was called off and never delivered is not. #}
{% macro is_due() -%}
(cancelled_at is null or delivered_at is not null)
{%- endmacro %}

{#
  Deliveries, and those in time, per day that a fact counts them on: the requested day, the day last scheduled, or the day of the limit for
  the hand-over. `due` and `in_time` are conditions on their columns, on counted_date and on delivered_date.
#}
{% macro count_deliveries_by(fact, due=none, in_time='delivered_date <= counted_date') -%}
with deliveries as (

    select *, {{ counted_days('deliveries')[fact] }} as counted_date, {{ local_date('delivered_at') }} as delivered_date
    from {{ ref('int_deliveries') }}
    where {{ due or is_due() }}

)

select
    deliveries.counted_date as event_date,
    deliveries._source as source,
    coalesce(deliveries.supplier_id, 'unknown') as supplier_id,
    deliveries.carrier,
    segments.segment,
    segments.segment_before,
    count(*) as deliveries_count,
    count(*) filter (where {{ in_time }}) as on_time_count
from deliveries
left join {{ segments_of(fact) }} as segments on deliveries._key = segments.event_key
where deliveries.counted_date is not null and {{ touched_days(fact, 'deliveries.counted_date') }}
group by deliveries.counted_date, deliveries._source, coalesce(deliveries.supplier_id, 'unknown'), deliveries.carrier, segments.segment, segments.segment_before
{%- endmacro %}
