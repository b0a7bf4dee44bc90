{# Months as numbers, so that a month can be counted on from another. #}
{% macro month_number(day) -%}
cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) as integer)
{%- endmacro %}
