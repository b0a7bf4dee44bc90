{# SQL that differs between engines. Every other model and macro stays plain. #}

{% macro local_date(moment) %}{{ return(adapter.dispatch('local_date')(moment)) }}{% endmacro %}

{% macro default__local_date(moment) -%}
cast({{ moment }} at time zone '{{ var('time_zone') }}' as date)
{%- endmacro %}

{% macro seconds_between(start, finish) %}{{ return(adapter.dispatch('seconds_between')(start, finish)) }}{% endmacro %}

{% macro default__seconds_between(start, finish) -%}
(epoch_us({{ finish }}) - epoch_us({{ start }})) / 1000000.0
{%- endmacro %}

{% macro split_values(text) %}{{ return(adapter.dispatch('split_values')(text)) }}{% endmacro %}

{# A text with commas as one row per value. #}
{% macro default__split_values(text) -%}
unnest(string_split({{ text }}, ','))
{%- endmacro %}

{% macro written_date(day) %}{{ return(adapter.dispatch('written_date')(day)) }}{% endmacro %}

{# A date written out: 3 March 2026. #}
{% macro default__written_date(day) -%}
strftime({{ day }}, '%-d %B %Y')
{%- endmacro %}

{% macro quantile(value, share) %}{{ return(adapter.dispatch('quantile')(value, share)) }}{% endmacro %}

{# Exact quantile, interpolated between neighbours. #}
{% macro default__quantile(value, share) -%}
quantile_cont({{ value }}, {{ share }})
{%- endmacro %}
