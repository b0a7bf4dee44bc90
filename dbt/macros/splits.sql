{#
  The split of a quotient's change over its members; the decision record on splits has the reasons. Per member: numerator and denominator in both
  periods; `whole` has those of all members together and their quotients. A member present in one period only changed the mix, not its rate.
#}

{# The contribution of a member to the change: its part of the whole after minus its part before, each relative to the mean of both wholes. #}
{% macro total_effect(member, whole, is_additive) -%}
({{ member }}.numerator_after / {{ whole }}.denominator_after - {{ member }}.numerator_before / {{ whole }}.denominator_before)
- case
    when {{ is_additive }} then 0
    else
        (({{ whole }}.value_before + {{ whole }}.value_after) / 2)
        * ({{ member }}.denominator_after / {{ whole }}.denominator_after - {{ member }}.denominator_before / {{ whole }}.denominator_before)
end
{%- endmacro %}

{# The part of the contribution that comes from the member's own quotient: its mean weight times its own change. #}
{% macro rate_effect(member, whole, is_additive) -%}
case
    when {{ is_additive }} or ({{ member }}.denominator_before = 0 and {{ member }}.denominator_after = 0)
        then {{ member }}.numerator_after / {{ whole }}.denominator_after - {{ member }}.numerator_before / {{ whole }}.denominator_before
    when {{ member }}.denominator_before = 0 or {{ member }}.denominator_after = 0 then 0
    else
        ({{ member }}.denominator_before / {{ whole }}.denominator_before + {{ member }}.denominator_after / {{ whole }}.denominator_after) / 2
        * ({{ member }}.numerator_after / {{ member }}.denominator_after - {{ member }}.numerator_before / {{ member }}.denominator_before)
end
{%- endmacro %}

{# Whether a figure must be hidden: its denominator is 1 to 4. #}
{% macro is_hidden_count(count) -%}
({{ count }} > 0 and {{ count }} < 5)
{%- endmacro %}

{# Whether a day is in one of the two periods that are compared. #}
{% macro is_compared(day, windows) -%}
({{ day }} between {{ windows }}.before_start and {{ windows }}.before_end or {{ day }} between {{ windows }}.period_start and {{ windows }}.period_end)
{%- endmacro %}

{# For a move (`moves`, its KPI `kpis`) and the dimension of its split (`named`, of fct_kpi_split_totals): the parts and their texts for pages. #}
{% macro move_texts(size) -%}
coalesce(named.dimension_set, 'total') as dimension_set,
row_number() over (partition by moves.move_id order by named.mix_size desc nulls last, named.dimension_set) = 1 as is_main,
named.mix_effect, named.rate_effect, named.mix_member, named.rate_member, named.total_member,
{{ value_text('moves.value_before', 'kpis.unit_kind', 'kpis.unit') }} as value_before_text,
{{ value_text('moves.value_after', 'kpis.unit_kind', 'kpis.unit') }} as value_after_text,
{{ effect_text('moves.change', 'kpis.unit_kind', size) }} || {{ effect_unit('kpis.unit_kind', 'kpis.unit', size) }} as change_text,
{{ effect_text('named.mix_effect', 'kpis.unit_kind', size) }} as mix_text,
{{ effect_text('named.rate_effect', 'kpis.unit_kind', size) }} as rate_text
{%- endmacro %}
