{#
  Daily facts count by the segment of the customer. The segment of an unchanged row may change: a late return moves its customer at a month-end, an
  unknown caller becomes known, a new version of the value model has other boundaries. int_segment_days finds such days by a fingerprint and marks
  them to be counted again.
#}
{% macro begin_segment_days() %}
create or replace temp table segment_days_before as
{%- if load_relation(this) %}
select fact, event_date, fingerprint from {{ this }}
{%- else %}
select cast(null as varchar) as fact, cast(null as date) as event_date, 0 as fingerprint where false
{%- endif %}
{% endmacro %}

{% macro end_segment_days() %}
insert into touched_days
select coalesce(now.fact, before.fact), coalesce(now.event_date, before.event_date)
from {{ this }} as now
full outer join segment_days_before as before on now.fact = before.fact and now.event_date = before.event_date
where now.fingerprint is distinct from before.fingerprint;
drop table segment_days_before
{% endmacro %}

{# The segments of the rows that a daily fact counts on its touched days, to join on event_key. #}
{% macro segments_of(fact) -%}
(select event_key, segment, segment_before from {{ ref('int_event_segments') }} where fact = '{{ fact }}' and {{ touched_days(fact) }})
{%- endmacro %}
