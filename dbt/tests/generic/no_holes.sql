{# A touchpoint without data and without a reason stops the build. Each row is logged, and cxhouse build shows it: holes, and rows that are no hole yet. #}
{% test no_holes(model) %}
{%- if execute -%}
{%- for row in run_query("select is_hole, message from " ~ model ~ " order by is_hole desc, message").rows -%}
{%- do log(("hole: " if row[0] else "not yet a hole: ") ~ row[1], info=true) -%}
{%- endfor -%}
{%- endif %}
select message from {{ model }} where is_hole
{% endtest %}
