-- What each measure needs from the company, and whether any source delivers it.
{% for contract in var('contracts') %}
-- depends_on: {{ ref('int_' ~ contract) }}
{%- endfor %}
{% set metrics = graph.metrics.values() if execute else [] %}
{% set measures = metrics | selectattr('config.meta.kind', 'equalto', 'measure') | list %}
{% for measure in measures %}
{%- set measure_loop = loop %}
{%- for need in measure.config.meta.needs %}
{%- set contract = need.split('.')[0] %}
{%- set column = need.split('.')[1].split('=')[0] if '.' in need else none %}
{%- set value = need.split('=')[1] if '=' in need else none %}
select
    '{{ measure.name }}' as measure_id,
    '{{ need }}' as need,
    {%- if value %}
    'no row of {{ contract }} has {{ column }} {{ value }}' as reason,
    exists(select 1 from {{ ref('int_' ~ contract) }} where {{ column }} = '{{ value }}') as is_delivered
    {%- elif column %}
    'no source fills {{ contract }}.{{ column }}' as reason,
    exists(select 1 from {{ ref('int_' ~ contract) }} where {{ column }} is not null) as is_delivered
    {%- else %}
    'no source delivers {{ contract }}' as reason,
    exists(select 1 from {{ ref('int_' ~ contract) }}) as is_delivered
    {%- endif %}
{% if not (measure_loop.last and loop.last) %}union all{% endif %}
{%- endfor %}
{%- endfor %}
{% if not measures %}
select cast(null as varchar) as measure_id, cast(null as varchar) as reason, false as is_delivered where false
{% endif %}
