{# SQL that differs between engines. Dates and times are in dialect_dates.sql. All other models and macros use standard SQL. #}

{% macro split_values(text) %}{{ return(adapter.dispatch('split_values')(text)) }}{% endmacro %}

{# A comma-separated text as one row per value. #}
{% macro default__split_values(text) -%}
unnest(string_split({{ text }}, ','))
{%- endmacro %}

{% macro lists_value(text, value) %}{{ return(adapter.dispatch('lists_value')(text, value)) }}{% endmacro %}

{# Whether a comma-separated text contains a value. #}
{% macro default__lists_value(text, value) -%}
coalesce(list_contains(string_split(replace({{ text }}, ' ', ''), ','), {{ value }}), false)
{%- endmacro %}

{% macro quantile(value, share) %}{{ return(adapter.dispatch('quantile')(value, share)) }}{% endmacro %}

{# Exact quantile, with linear interpolation between neighbouring values. #}
{% macro default__quantile(value, share) -%}
quantile_cont({{ value }}, {{ share }})
{%- endmacro %}

{% macro first_by(value, order) %}{{ return(adapter.dispatch('first_by')(value, order)) }}{% endmacro %}

{# The value of the first row of a group in that order. #}
{% macro default__first_by(value, order) -%}
first({{ value }} order by {{ order }})
{%- endmacro %}

{% macro row_fingerprint(alias) %}{{ return(adapter.dispatch('row_fingerprint')(alias)) }}{% endmacro %}

{# One number for all columns of a row. #}
{% macro default__row_fingerprint(alias) -%}
hash({{ alias }})
{%- endmacro %}

{% macro rows_fingerprint(columns) %}{{ return(adapter.dispatch('rows_fingerprint')(columns)) }}{% endmacro %}

{#
  One number for a group of rows that does not depend on their order and differs when a row differs. Values are hashed twice: the hash of several
  values is partly an xor of their hashes, so two rows with the same difference would otherwise cancel out.
#}
{% macro default__rows_fingerprint(columns) -%}
bit_xor(hash(hash({{ columns | join(', ') }})))
{%- endmacro %}

{% macro rows_of(rows, name) %}{{ return(adapter.dispatch('rows_of')(rows, name)) }}{% endmacro %}

{# A column that holds a list of rows, as a relation to join to its row. #}
{% macro default__rows_of(rows, name) -%}
(select unnest({{ rows }}, max_depth := 2)) as {{ name }}
{%- endmacro %}

{% macro plain_id(text) %}{{ return(adapter.dispatch('plain_id')(text)) }}{% endmacro %}

{# A name from the data as an id of letters, digits, hyphens, underscores and dots. When characters were replaced, a hash keeps the id unique. #}
{% macro default__plain_id(text) -%}
case
    when {{ text }} similar to '[A-Za-z0-9_.-]+' then {{ text }}
    else regexp_replace({{ text }}, '[^A-Za-z0-9_.-]+', '_', 'g') || '_' || left(md5({{ text }}), 6)
end
{%- endmacro %}

{% macro lake_fingerprint() %}{{ return(adapter.dispatch('lake_fingerprint')()) }}{% endmacro %}

{# One number for a group of lake rows: the sum of a hash of where each lies. Equal counts and equal numbers: the same rows. #}
{% macro default__lake_fingerprint() -%}
sum(hash(_load_id, _source_file, _source_line))
{%- endmacro %}
