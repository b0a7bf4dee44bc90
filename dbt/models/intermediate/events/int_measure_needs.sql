-- What each measure needs from the company, and whether any source delivers it.
{% for contract in var('contracts') %}
-- depends_on: {{ ref('int_' ~ contract) }}
{%- endfor %}
-- depends_on: {{ ref('int_phase_visits_daily') }}
{% set metrics = graph.metrics.values() if execute else [] %}
{% set measures = metrics | selectattr('config.meta.kind', 'equalto', 'measure') | list %}
{% for measure in measures %}
{%- set measure_loop = loop %}
{%- for need in measure.config.meta.needs %}
select
    '{{ measure.name }}' as measure_id,
    '{{ need }}' as need,
    '{{ describe_need(need) }}' as reason,
    {{ need_is_met(need) }} as is_delivered
{% if not (measure_loop.last and loop.last) %}union all{% endif %}
{%- endfor %}
{%- endfor %}
{% if not measures %}
select cast(null as varchar) as measure_id, cast(null as varchar) as reason, false as is_delivered where false
{% endif %}
