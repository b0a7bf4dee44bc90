{#
  What a merge of current rows notes for later models, once for the old rows and once for the new rows:
  the days to count again, and the keys of outcomes (orders, order lines, contacts) to calculate again.
#}

{# The daily facts that count a contract's rows, with the day each counts them on. #}
{% macro counted_days(contract) %}
{%- set days = {contract: 'event_date'} -%}
{%- if contract == 'deliveries' -%}
{%- do days.update({'deliveries_requested': 'requested_date', 'deliveries_scheduled': local_date('scheduled_at'), 'handovers': local_date('ship_by')}) -%}
{%- endif -%}
{{ return(days) }}
{% endmacro %}

{# The outcomes that depend on a contract's rows, with the key of the outcome. #}
{% macro outcomes_of(contract) %}
{{ return({
    'contacts': {'contact_outcomes': '_key', 'order_outcomes': 'order_id'},
    'deliveries': {'line_outcomes': order_line_key(), 'order_outcomes': 'order_id'},
    'order_lines': {'order_outcomes': 'order_id'},
    'orders': {'order_outcomes': 'order_id'},
}.get(contract, {})) }}
{% endmacro %}

{# The key of an order line; a delivery without an order line has its own key. #}
{% macro order_line_key() -%}
coalesce(order_id || '|' || cast(line_no as varchar), _key)
{%- endmacro %}

{% macro note_merged_rows(contract) %}
{%- set merged = "_key in (select key from changed_keys where consumer = 'merge' and contract = '" ~ contract ~ "')" %}
{%- for fact, day in counted_days(contract).items() %}
insert into touched_days select distinct '{{ fact }}', {{ day }} from {{ this }} where {{ merged }} and {{ day }} is not null;
{%- endfor %}
{%- for outcome, key in outcomes_of(contract).items() %}
insert into changed_keys select distinct '{{ outcome }}', '{{ contract }}', {{ key }} from {{ this }} where {{ merged }} and {{ key }} is not null;
{%- endfor %}
{% endmacro %}

{#
  Outcomes: one row per key, calculated from rows of several contracts. begin_outcomes removes the rows of changed keys, the model inserts them
  again, end_outcomes deletes the noted keys; both note the days of the rows. `days` names the column by which each daily fact counts them.
#}
{% macro begin_outcomes(name, days) %}
{%- if not is_incremental() %}
delete from changed_keys where consumer = '{{ name }}'
{%- else %}
{{ note_outcome_days(name, days) }}
delete from {{ this }} where {{ is_changed_outcome(name) }}
{%- endif %}
{% endmacro %}

{% macro end_outcomes(name, days) %}
{%- if is_incremental() %}
{{ note_outcome_days(name, days) }}
{%- endif %}
delete from changed_keys where consumer = '{{ name }}'
{% endmacro %}

{% macro note_outcome_days(name, days) %}
{%- for fact, day in days.items() %}
insert into touched_days select distinct '{{ fact }}', {{ day }} from {{ this }} where {{ is_changed_outcome(name) }} and {{ day }} is not null;
{%- endfor %}
{% endmacro %}

{# A condition on the key of an outcome: true for every row in a full build. #}
{% macro is_changed_outcome(name, key='outcome_key') -%}
{%- if is_incremental() -%}
{{ key }} in (select key from changed_keys where consumer = '{{ name }}')
{%- else -%}
true
{%- endif -%}
{%- endmacro %}

{#
  The outcome of a contact depends on later contacts of its customer: when a contact changes, all contacts of its customer are calculated again.
  The customer of an unchanged contact may change when the customer's keys become known or ambiguous.
#}
{% macro begin_contact_outcomes() %}
{%- if is_incremental() %}
{%- set changed = "(select key from changed_keys where consumer = 'contact_outcomes')" %}
insert into changed_keys
select 'contact_outcomes', 'contacts', matched._key
from {{ ref('int_contacts__matched') }} as matched
inner join {{ this }} as known on matched._key = known.outcome_key and matched.customer_id is distinct from known.customer_id;
insert into changed_keys
select distinct 'contact_outcomes', 'contacts', outcome_key from {{ this }}
where customer_id in (
    select customer_id from {{ this }} where outcome_key in {{ changed }}
    union
    select customer_id from {{ ref('int_contacts__matched') }} where _key in {{ changed }}
);
{%- endif %}
{{ begin_outcomes('contact_outcomes', {'contact_outcomes': 'event_date'}) }}
{% endmacro %}
