-- Every measure of the semantic layer in long form, before touchpoints are known: what was counted, on which day, by
-- which kind of event.
{% for fact in measured_facts(are_placed=false) %}
-- depends_on: {{ ref(fact.model) }}
{%- endfor %}
{{ list_measured(measured_facts(are_placed=false)) }}
