{# Answers depend on the event they ask about: they are attributed again when they change, or when that contact, delivery or order changes. #}

{% macro begin_answers() %}
{%- if not is_incremental() %}
delete from changed_keys where consumer in ('answers', 'recount');
delete from touched_days where fact = 'answers'
{%- else %}
delete from changed_keys where consumer = 'recount';
insert into changed_keys
select distinct 'recount', 'survey_responses', key from changed_keys where consumer = 'answers' and contract = 'survey_responses';
{%- for contract, reference in [('contacts', 'contact_id'), ('deliveries', 'delivery_id'), ('orders', 'order_id')] %}
insert into changed_keys
select distinct 'recount', 'survey_responses', _key from {{ ref('int_survey_responses') }}
where {{ reference }} in (
    select {{ key_part() }} from changed_keys where consumer = 'answers' and contract = '{{ contract }}'
);
{%- endfor %}
insert into touched_days
select distinct 'answers', event_date from {{ this }} where _key in (select key from changed_keys where consumer = 'recount');
delete from {{ this }} where _key in (select key from changed_keys where consumer = 'recount')
{%- endif %}
{% endmacro %}

{% macro end_answers() %}
{%- if is_incremental() %}
insert into touched_days
select distinct 'answers', event_date from {{ this }} where _key in (select key from changed_keys where consumer = 'recount');
{%- endif %}
delete from changed_keys where consumer in ('answers', 'recount')
{% endmacro %}

{# The source's id in a key of the form source|id. #}
{% macro key_part() -%}
substr(key, strpos(key, '|') + 1)
{%- endmacro %}
