{# SQL that differs between engines. Dates and times: dialect_dates.sql. Every other model and macro stays plain. #}

{% macro split_values(text) %}{{ return(adapter.dispatch('split_values')(text)) }}{% endmacro %}

{# A text with commas as one row per value. #}
{% macro default__split_values(text) -%}
unnest(string_split({{ text }}, ','))
{%- endmacro %}

{% macro lists_value(text, value) %}{{ return(adapter.dispatch('lists_value')(text, value)) }}{% endmacro %}

{# Whether a text with commas holds a value. #}
{% macro default__lists_value(text, value) -%}
coalesce(list_contains(string_split(replace({{ text }}, ' ', ''), ','), {{ value }}), false)
{%- endmacro %}

{% macro quantile(value, share) %}{{ return(adapter.dispatch('quantile')(value, share)) }}{% endmacro %}

{# Exact quantile, interpolated between neighbours. #}
{% macro default__quantile(value, share) -%}
quantile_cont({{ value }}, {{ share }})
{%- endmacro %}

{% macro first_by(value, order) %}{{ return(adapter.dispatch('first_by')(value, order)) }}{% endmacro %}

{# The value of the first row of a group in that order. #}
{% macro default__first_by(value, order) -%}
first({{ value }} order by {{ order }})
{%- endmacro %}

{% macro checksums_of(relation, grain, ignored) %}{{ return(adapter.dispatch('checksums_of')(relation, grain, ignored)) }}{% endmacro %}

{# One row per value of `grain`: a checksum of its rows, whatever their order, without the column `ignored`. #}
{% macro default__checksums_of(relation, grain, ignored) -%}
select {{ grain }}, cast({{ rows_fingerprint(['checked']) }} as varchar) || ' ' || cast(count(*) as varchar) as checksum
from (select * exclude ({{ ignored }}) from {{ relation }}) as checked
group by {{ grain }}
{%- endmacro %}

{% macro rows_fingerprint(columns) %}{{ return(adapter.dispatch('rows_fingerprint')(columns)) }}{% endmacro %}

{#
  One number for a group of rows, whatever their order: it differs when a row differs. Hashed twice: the hash of several values is a plain xor of their
  hashes in part, so that two rows that change alike would cancel out.
#}
{% macro default__rows_fingerprint(columns) -%}
bit_xor(hash(hash({{ columns | join(', ') }})))
{%- endmacro %}

{% macro rows_of(rows, name) %}{{ return(adapter.dispatch('rows_of')(rows, name)) }}{% endmacro %}

{# A column that holds a list of rows, to be joined beside its row. #}
{% macro default__rows_of(rows, name) -%}
(select unnest({{ rows }}, max_depth := 2)) as {{ name }}
{%- endmacro %}

{% macro plain_id(text) %}{{ return(adapter.dispatch('plain_id')(text)) }}{% endmacro %}

{# What the data call something, as an id of letters, digits, hyphens, underscores and dots; what had to be replaced gets a mark that tells it from others. #}
{% macro default__plain_id(text) -%}
case
    when {{ text }} similar to '[A-Za-z0-9_.-]+' then {{ text }}
    else regexp_replace({{ text }}, '[^A-Za-z0-9_.-]+', '_', 'g') || '_' || left(md5({{ text }}), 6)
end
{%- endmacro %}
