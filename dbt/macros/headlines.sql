{# The sentences that say how things are, in the same words on the page Home and in the report of a department. #}

{# Where a figure stands among those that hurt: below its bound first, then on the wrong side of its target; the furthest in standard errors first. #}
{% macro order_of_pain(figure) -%}
case
    when {{ figure }}.status = 'red' then 0
    when {{ is_short_of_target(figure) }} then 1
    else 2
end,
abs({{ figure }}.target - {{ figure }}.value) / nullif({{ figure }}.value_upper - {{ figure }}.value_lower, 0) desc nulls last,
{{ figure }}.touchpoint_id,
{{ figure }}.kpi_id
{%- endmacro %}

{# Below its bound, or on the wrong side of its target. #}
{% macro is_short_of_target(figure) -%}
({{ figure }}.status = 'red' or {{ figure }}.status = 'yellow' and ({{ figure }}.value < {{ figure }}.target) = ({{ figure }}.direction = 'higher'))
{%- endmacro %}

{# Parcel delivery hurts most: on-time delivery 91.2 % (target 95.0 %). Without the full stop. #}
{% macro worst_figure_text(figure) -%}
{{ figure }}.touchpoint_name
|| case {{ figure }}.status when 'red' then ' hurts most: ' else ' is furthest from its target, though not clearly below its bound: ' end
|| {{ within_sentence(figure ~ '.kpi_name') }} || ' ' || {{ figure }}.value_text || ' (target ' || {{ figure }}.target_text || ')'
{%- endmacro %}

{# Where there is none. #}
{% macro nothing_hurts_text() -%}
'Nothing falls short of its target.'
{%- endmacro %}

{# 12 of 30 figures reach their target beyond doubt, 3 miss the bound. #}
{% macro targets_reached_text(counts) -%}
{{ counts }}.green_count || ' of ' || {{ counts }}.judged_count
|| case when {{ counts }}.judged_count = 1 then ' figure reaches its' else ' figures reach their' end
|| ' target beyond doubt, ' || {{ counts }}.red_count || case when {{ counts }}.red_count = 1 then ' misses' else ' miss' end || ' the bound.'
{%- endmacro %}
