{# A value as people write it: 91.2 %, +34, 45 s, EUR 61.20, 3.10 per 100. #}
{% macro value_text(value, unit_kind, unit) -%}
case
    when {{ value }} is null then null
    when {{ unit_kind }} = 'share' then printf('%.1f %%', 100 * {{ value }})
    when {{ unit_kind }} = 'points' then printf('%+.0f', {{ value }})
    when {{ unit_kind }} = 'seconds' then printf('%.0f s', {{ value }})
    when {{ unit_kind }} = 'currency' then {{ unit }} || printf(' %.2f', {{ value }})
    when {{ unit_kind }} = 'ratio' then printf('%.2f per 100', 100 * {{ value }})
    else printf('%.2f', {{ value }})
end
{%- endmacro %}

{# Half the width of an interval in the same writing, without the unit. #}
{% macro margin_text(margin, unit_kind) -%}
case
    when {{ margin }} is null then null
    when {{ unit_kind }} = 'share' then printf('%.1f', 100 * {{ margin }})
    when {{ unit_kind }} in ('points', 'seconds') then printf('%.0f', {{ margin }})
    when {{ unit_kind }} = 'ratio' then printf('%.2f', 100 * {{ margin }})
    else printf('%.2f', {{ margin }})
end
{%- endmacro %}
