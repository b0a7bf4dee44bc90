{#
  The daily facts that measures come from: the model, the event type that assigns its rows to a touchpoint, the attributes of that event in the
  model, which rows count, the fact whose coverage decides which days are complete, and whether it has customers and so counts by segment.
  Rows of a placed fact come after the events were given to touchpoints, and have their touchpoint.
#}
{% macro measured_facts() %}
{{ return([
    {'fact': 'orders', 'model': 'int_orders_daily', 'has_segments': true, 'event_type': "'order_placed'", 'attributes': ['source', 'channel', 'payment_method']},
    {'fact': 'visitor_orders', 'model': 'int_visitor_orders_daily', 'event_type': "'visit'", 'attributes': ['channel'], 'covered_by': 'orders'},
    {'fact': 'order_cohorts', 'model': 'int_order_cohorts_daily', 'has_segments': true, 'event_type': "'order_placed'", 'attributes': ['source', 'channel', 'payment_method'], 'covered_by': 'orders'},
    {'fact': 'visits', 'model': 'int_visits_daily', 'event_type': "'visit'", 'attributes': ['source', 'channel']},
    {'fact': 'contacts', 'model': 'int_contacts_daily', 'has_segments': true, 'event_type': "'contact_' || channel", 'attributes': ['source', 'channel', 'queue', 'topic']},
    {'fact': 'contact_outcomes', 'model': 'int_contact_outcomes_daily', 'has_segments': true, 'event_type': "'contact_' || channel", 'attributes': ['source', 'channel', 'queue', 'topic'], 'covered_by': 'contacts'},
    {'fact': 'deliveries', 'model': 'int_deliveries_daily', 'has_segments': true, 'event_type': "'delivered'", 'attributes': ['source', 'carrier', 'supplier_id']},
    {'fact': 'deliveries_requested', 'model': 'int_deliveries_requested_daily', 'has_segments': true, 'event_type': "'delivered'", 'attributes': ['source', 'carrier', 'supplier_id'], 'covered_by': 'deliveries'},
    {'fact': 'deliveries_scheduled', 'model': 'int_deliveries_scheduled_daily', 'has_segments': true, 'event_type': "'delivered'", 'attributes': ['source', 'carrier', 'supplier_id'], 'covered_by': 'deliveries'},
    {'fact': 'handovers', 'model': 'int_handovers_daily', 'has_segments': true, 'event_type': "'delivered'", 'attributes': ['source', 'carrier', 'supplier_id'], 'covered_by': 'deliveries'},
    {'fact': 'delivered_lines', 'model': 'int_delivered_lines_daily', 'has_segments': true, 'event_type': "'delivered'", 'attributes': ['source', 'carrier', 'supplier_id'], 'covered_by': 'deliveries'},
    {'fact': 'delivered_orders', 'model': 'int_delivered_orders_daily', 'has_segments': true, 'event_type': "'delivered'", 'attributes': ['source', 'carrier', 'supplier_id'], 'covered_by': 'deliveries'},
    {'fact': 'shipped_units', 'model': 'int_shipped_units_daily', 'has_segments': true, 'event_type': "'returned'", 'attributes': ['source', 'channel'], 'covered_by': 'deliveries'},
    {'fact': 'answers', 'model': 'int_answers_daily', 'has_segments': true, 'event_type': "coalesce(event_type, 'survey')",
        'attributes': ['source', 'channel', 'payment_method', 'queue', 'topic', 'carrier', 'supplier_id', 'touchpoint_id'], 'is_relationship': "attributed_by = 'relationship'"},
    {'fact': 'supplier_answers', 'model': 'int_answers_daily', 'has_segments': true, 'event_type': "'delivered'", 'where': "attributed_by = 'delivery'",
        'attributes': ['source', 'channel', 'payment_method', 'queue', 'topic', 'carrier', 'supplier_id', 'touchpoint_id'], 'covered_by': 'answers'},
    {'fact': 'invitations', 'model': 'int_invitations_daily', 'event_type': "'survey'", 'attributes': ['source', 'touchpoint_id']},
    {'fact': 'phase_visits', 'model': 'int_phase_visits_daily', 'is_placed': true, 'event_type': "'phase'", 'attributes': ['touchpoint_id'], 'covered_by': 'journeys'},
    {'fact': 'service_costs', 'model': 'int_service_costs_daily', 'has_segments': true, 'event_type': 'event_type', 'attributes': ['source', 'channel', 'queue', 'topic', 'carrier', 'supplier_id'], 'covered_by': 'costs'},
]) }}
{% endmacro %}

{# Every measure of these facts in long form. #}
{% macro list_measured(facts) %}
{% for fact in facts %}
-- depends_on: {{ ref(fact.model) }}
{%- endfor %}
{% set rows = [] %}
{% for fact in facts if execute %}
{%- for measure in graph.metrics.values() | selectattr('config.meta.kind', 'equalto', 'measure') | selectattr('config.meta.fact', 'equalto', fact.fact) | sort(attribute='name') %}
{%- do rows.append(measure_rows(fact, measure)) %}
{%- endfor %}
{%- endfor %}
{{ rows | join('\nunion all\n') if rows else 'select 1 as parsed' }}
{% endmacro %}

{# The facts that cover days, with the relation that has their sources and days. #}
{% macro covering_facts() %}
{{ return({
    'orders': 'int_orders_daily', 'visits': 'int_visits_daily', 'contacts': 'int_contacts_daily', 'deliveries': 'int_deliveries_daily',
    'answers': 'int_answers_daily', 'costs': 'int_cost_days', 'invitations': 'int_invitations_daily',
}) }}
{% endmacro %}

{# One measure of a daily fact in long form. A count has only its total; a sum also has its squares and cubes, for intervals. #}
{% macro measure_rows(fact, measure) -%}
{%- set total = measure.config.meta.sums -%}
select
    '{{ fact.fact }}' as fact,
    '{{ fact.covered_by or fact.fact }}' as covered_by,
    {{ fact.event_type }} as event_type,
    {%- for attribute in ['source', 'channel', 'payment_method', 'queue', 'topic', 'carrier', 'supplier_id', 'touchpoint_id'] %}
    {{ attribute if attribute in fact.attributes else 'cast(null as varchar) as ' ~ attribute }},
    {%- endfor %}
    {{ 'segment, segment_before' if fact.has_segments else 'cast(null as varchar) as segment, cast(null as varchar) as segment_before' }},
    {{ fact.is_relationship or 'false' }} as is_relationship,
    event_date,
    '{{ measure.name }}' as measure_id,
    cast({{ measure.config.meta.counts }} as bigint) as n,
    cast({{ total ~ '_total' if total else measure.config.meta.counts }} as double) as total,
    cast({{ total ~ '_total_sq' if total else 0 }} as double) as total_sq,
    cast({{ total ~ '_total_cube' if total else 0 }} as double) as total_cube
from {{ ref(fact.model) }}
where {{ measure.config.meta.counts }} > 0{{ ' and ' ~ fact.where if fact.where }}
{%- endmacro %}

{# The kinds of events of these facts, each with its first day. #}
{% macro list_fact_kinds(facts) -%}
{%- for fact in facts %}
select
    {{ fact.event_type }} as event_type,
    {%- for attribute in ['source', 'channel', 'payment_method', 'queue', 'topic', 'carrier', 'supplier_id'] %}
    {{ attribute if attribute in fact.attributes else 'cast(null as varchar)' }} as {{ attribute }},
    {%- endfor %}
    min(event_date) as first_date
from {{ ref(fact.model) }}
{{ 'where ' ~ fact.where if fact.where }}
group by all
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# One row per model of these facts and day: a fingerprint of its rows. #}
{% macro list_fact_fingerprints(facts) -%}
{%- for model in facts | map(attribute='model') | unique %}
select event_date as local_date, hash('{{ model }}', sum(hash(_row))) as fingerprint
from {{ ref(model) }} as _row
group by event_date
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
