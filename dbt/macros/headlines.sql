{# The sentences that say how things are, in the same words on the page Home and in the report of a department. #}

{# How far a value lies on the wrong side of its target, in its own unit, 0 or more; null without a target or a better direction. #}
{% macro gap_to_target(figure) -%}
case
    when {{ figure }}.value is null or {{ figure }}.target is null then null
    when {{ figure }}.direction = 'higher' then greatest(0.0, {{ figure }}.target - {{ figure }}.value)
    when {{ figure }}.direction = 'lower' then greatest(0.0, {{ figure }}.value - {{ figure }}.target)
end
{%- endmacro %}

{#
  How much a figure hurts: its gap to target, in the usual week to week movement of its KPI in the whole company, times the square root of its share
  of what the KPI counts. Ten times the volume counts about three times. A KPI without a usual movement (new, or counted nowhere as a whole) takes a tenth
  of its target for it. How sure it is comes first, in order_of_pain.
#}
{% macro pain_of(gap, figure) -%}
round({{ gap }} / coalesce({{ figure }}.usual_spread, nullif(0.1 * abs({{ figure }}.target), 0), 1) * sqrt({{ figure }}.volume_share), 9)
{%- endmacro %}

{# The columns of a figure against its target, from a row with gap, usual_spread and volume_share: what pages show and sort by. #}
{% macro target_columns(figure) -%}
{{ value_text(figure ~ '.target', figure ~ '.unit_kind', figure ~ '.unit') }} as target_text,
    {{ figure }}.gap,
    {{ figure }}.usual_spread,
    {{ figure }}.volume_share,
    {{ pain_of(figure ~ '.gap', figure) }} as pain,
    {{ gap_text(figure ~ '.gap', figure) }} as gap_text,
    {{ value_text(figure ~ '.lower_bound', figure ~ '.unit_kind', figure ~ '.unit') }} as bound_text
{%- endmacro %}

{# Where a figure stands among those that hurt: below its bound beyond doubt first, then on the wrong side of its target; by pain. #}
{% macro order_of_pain(figure) -%}
case
    when {{ figure }}.status = 'red' then 0
    when {{ is_short_of_target(figure) }} then 1
    else 2
end,
{{ figure }}.pain desc nulls last,
{{ figure }}.touchpoint_id,
{{ figure }}.kpi_id
{%- endmacro %}

{# 3.4 points: a gap with the unit of differences. #}
{% macro gap_text(gap, figure) -%}
case
    when {{ gap }} > 0
        then ltrim({{ effect_text(gap, figure ~ '.unit_kind', figure ~ '.target') }}, '+')
            || {{ effect_unit(figure ~ '.unit_kind', figure ~ '.unit', figure ~ '.target') }}
end
{%- endmacro %}

{# Below its bound, or on the wrong side of its target. #}
{% macro is_short_of_target(figure) -%}
({{ figure }}.status = 'red' or {{ figure }}.status = 'yellow' and ({{ figure }}.value < {{ figure }}.target) = ({{ figure }}.direction = 'higher'))
{%- endmacro %}

{#
  Parcel delivery hurts most: on-time delivery 91.2 %, 3.8 points below the target of 95.0 % (bound 93.0 %; n 6,846). Without the full stop.
#}
{% macro worst_figure_text(figure) -%}
{{ figure }}.touchpoint_name
|| case {{ figure }}.status when 'red' then ' hurts most: ' else ' is furthest from its target, though not clearly beyond its bound: ' end
|| {{ within_sentence(figure ~ '.kpi_name') }} || ' ' || {{ figure }}.value_text
|| ', ' || {{ figure }}.gap_text || case {{ figure }}.direction when 'higher' then ' below' else ' above' end || ' the target of ' || {{ figure }}.target_text
|| ' (' || coalesce('bound ' || {{ figure }}.bound_text || '; ', '') || 'n ' || printf('%,d', {{ figure }}.n) || ')'
{%- endmacro %}

{# Where there is none. #}
{% macro nothing_hurts_text() -%}
'Nothing falls short of its target.'
{%- endmacro %}

{# 12 of 30 figures reach their target beyond doubt, 3 are clearly off target. #}
{% macro targets_reached_text(counts) -%}
{{ counts }}.green_count || ' of ' || {{ counts }}.judged_count
|| case when {{ counts }}.judged_count = 1 then ' figure reaches its' else ' figures reach their' end
|| ' target beyond doubt, '
|| case {{ counts }}.red_count when 0 then 'none is' when 1 then '1 is' else {{ counts }}.red_count || ' are' end || ' clearly off target.'
{%- endmacro %}
