{# Months as consecutive numbers, so that months can be added and subtracted. #}
{% macro month_number(day) -%}
cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) as integer)
{%- endmacro %}
