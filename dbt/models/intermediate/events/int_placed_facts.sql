-- Every measure of the semantic layer that is counted after events were given to touchpoints, in the columns of
-- int_measured_facts.
{% for fact in measured_facts(are_placed=true) %}
-- depends_on: {{ ref(fact.model) }}
{%- endfor %}
{{ list_measured(measured_facts(are_placed=true)) }}
