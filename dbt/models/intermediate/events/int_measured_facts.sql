-- Every measure of the semantic layer in long form, before touchpoints are known: what was counted, on which day, by
-- which kind of event.
{% for fact in measured_facts() %}
-- depends_on: {{ ref(fact.model) }}
{%- endfor %}
{% set rows = [] %}
{% for fact in measured_facts() if execute %}
{%- for measure in graph.metrics.values() | selectattr('config.meta.kind', 'equalto', 'measure') | selectattr('config.meta.fact', 'equalto', fact.fact) | sort(attribute='name') %}
{%- do rows.append(measure_rows(fact, measure)) %}
{%- endfor %}
{%- endfor %}
{{ rows | join('\nunion all\n') if rows else 'select 1 as parsed' }}
