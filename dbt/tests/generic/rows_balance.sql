{# A staging model that loses or multiplies rows of the lake stops the build. Each such table is logged, and cxhouse build shows it. #}
{% test rows_balance(model) %}
{%- if execute -%}
{%- for row in run_query("select message from " ~ model ~ " where message is not null order by message").rows -%}
{%- do log("rows: " ~ row[0], info=true) -%}
{%- endfor -%}
{%- endif %}
select message from {{ model }} where message is not null
{% endtest %}
