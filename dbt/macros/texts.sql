{#
  Numbers as people write them. semantic/effects/company/units.py writes differences in Python and dashboards/components/shared/figures.js values for charts;
  tests/dashboards/test_figures_agree.py holds that the three write the same.
#}

{#
  A number with its thousands separated: 12,340.50; with sign '+', a number that is not negative begins with it. The engine of the pages separates the
  thousands of whole numbers only.
#}
{% macro grouped_text(value, decimals, sign='') -%}
{%- set digits = "printf('%." ~ decimals ~ "f', abs(" ~ value ~ "))" -%}
case when {{ value }} < 0 and cast({{ digits }} as double) > 0 then '-' else '{{ sign }}' end
|| printf('%,d', cast(split_part({{ digits }}, '.', 1) as bigint)) || '.' || split_part({{ digits }}, '.', 2)
{%- endmacro %}

{# A value as people write it: 91.2 %, +34, 45 s, 12.5 min, 6.3 h, EUR 61.20, EUR 1,061.20, 3.10 per 100. #}
{% macro value_text(value, unit_kind, unit) -%}
case
    when {{ value }} is null then null
    when {{ unit_kind }} = 'share' then printf('%.1f %%', 100 * {{ value }})
    when {{ unit_kind }} = 'points' then printf('%+.0f', {{ value }})
    when {{ unit_kind }} = 'seconds' and {{ value }} >= 3600 then {{ grouped_text(value ~ ' / 3600', 1) }} || ' h'
    when {{ unit_kind }} = 'seconds' and {{ value }} >= 600 then printf('%.1f min', {{ value }} / 60)
    when {{ unit_kind }} = 'seconds' then printf('%.0f s', {{ value }})
    when {{ unit_kind }} = 'currency' then {{ unit }} || ' ' || {{ grouped_text(value, 2) }}
    when {{ unit_kind }} = 'ratio' then {{ grouped_text('100 * ' ~ value, 2) }} || ' per 100'
    else {{ grouped_text(value, 2) }}
end
{%- endmacro %}

{# Half the width of a value's interval in the same format, without the unit. #}
{% macro margin_text(margin, unit_kind, value) -%}
case
    when {{ margin }} is null then null
    when {{ unit_kind }} = 'share' then printf('%.1f', 100 * {{ margin }})
    when {{ unit_kind }} = 'seconds' and {{ value }} >= 3600 then {{ grouped_text(margin ~ ' / 3600', 1) }}
    when {{ unit_kind }} = 'seconds' and {{ value }} >= 600 then printf('%.1f', {{ margin }} / 60)
    when {{ unit_kind }} in ('points', 'seconds') then printf('%.0f', {{ margin }})
    when {{ unit_kind }} = 'ratio' then {{ grouped_text('100 * ' ~ margin, 2) }}
    else {{ grouped_text(margin, 2) }}
end
{%- endmacro %}

{#
  A difference of two values, or a part of it, in the format of the values, with its sign and without the unit: +2.1, -0.35. `size` is the larger
  of the two values; it decides whether seconds, minutes or hours are used.
#}
{% macro effect_text(effect, unit_kind, size) -%}
case
    when {{ effect }} is null then null
    when {{ unit_kind }} = 'share' then {{ grouped_text('round(100 * (' ~ effect ~ '), 1)', 1, '+') }}
    when {{ unit_kind }} = 'seconds' and {{ size }} >= 3600 then {{ grouped_text('round((' ~ effect ~ ') / 3600, 2)', 2, '+') }}
    when {{ unit_kind }} = 'seconds' and {{ size }} >= 600 then {{ grouped_text('round((' ~ effect ~ ') / 60, 1)', 1, '+') }}
    when {{ unit_kind }} in ('points', 'seconds') then {{ grouped_text('round(' ~ effect ~ ', 1)', 1, '+') }}
    when {{ unit_kind }} = 'ratio' then {{ grouped_text('round(100 * (' ~ effect ~ '), 2)', 2, '+') }}
    else {{ grouped_text('round(' ~ effect ~ ', 2)', 2, '+') }}
end
{%- endmacro %}

{# The unit of differences. #}
{% macro effect_unit(unit_kind, unit, size) -%}
case
    when {{ unit_kind }} in ('share', 'points') then ' points'
    when {{ unit_kind }} = 'seconds' and {{ size }} >= 3600 then ' h'
    when {{ unit_kind }} = 'seconds' and {{ size }} >= 600 then ' min'
    when {{ unit_kind }} = 'seconds' then ' s'
    when {{ unit_kind }} = 'ratio' then ' per 100'
    when {{ unit_kind }} = 'currency' then ' ' || {{ unit }}
    when {{ unit_kind }} = 'score' then ' on the scale'
    else ''
end
{%- endmacro %}

{# A text with a lower-case first letter, for the middle of a sentence; abbreviations do not change. #}
{% macro within_sentence(name) -%}
case when upper(substr({{ name }}, 2, 1)) = substr({{ name }}, 2, 1) then {{ name }} else lower(substr({{ name }}, 1, 1)) || substr({{ name }}, 2) end
{%- endmacro %}

{# Hours as text: 26 h, 3.7 days. #}
{% macro hours_text(hours) -%}
case
    when {{ hours }} is null then null
    when {{ hours }} < 48 then printf('%.0f h', {{ hours }})
    else printf('%.1f days', {{ hours }} / 24)
end
{%- endmacro %}

{# A period by its first and last day: 3 May 2025 to 1 May 2026. #}
{% macro period_text(first_day, last_day) -%}
{{ written_date(first_day) }} || ' to ' || {{ written_date(last_day) }}
{%- endmacro %}

{# A count with its noun: 1 session, 1,234 sessions. #}
{% macro counted(count, noun) -%}
printf('%,.0f {{ noun }}', {{ count }}) || case when {{ count }} = 1 then '' else 's' end
{%- endmacro %}

{# A service channel in a sentence: the phone, every live channel, social media. #}
{% macro service_channel_name(channel) -%}
case {{ channel }}
    when '{{ any_live_channel() }}' then 'every live channel'
    when 'mail' then 'e-mail'
    when 'whatsapp' then 'WhatsApp'
    when 'social' then 'social media'
    else 'the ' || {{ channel }}
end
{%- endmacro %}

{# A window by its name and its last day: Last 28 days, to 30 June 2026. #}
{% macro window_label(window_id, last_day) -%}
replace(replace({{ window_id }}, '_', ' '), 'last', 'Last') || ', to ' || {{ written_date(last_day) }}
{%- endmacro %}

{# The direction of a value since the window before; empty where it is unclear. #}
{% macro trend_arrow(trend, value, previous_value) -%}
case
    when {{ trend }} = 'steady' then '→'
    when {{ trend }} = 'unclear' then ''
    when {{ value }} > {{ previous_value }} then '↑'
    else '↓'
end
{%- endmacro %}

{# An amount in the company's currency: EUR 61.20, EUR 12,340. #}
{% macro money_text(amount) -%}
'{{ var("currency") }} ' || case when abs({{ amount }}) >= 1000 then printf('%,.0f', {{ amount }}) else printf('%.2f', round({{ amount }}, 2) + 0.0) end
{%- endmacro %}

{# A share in a sentence or table: 12.3 %. #}
{% macro share_text(share) -%}
printf('%.1f %%', 100 * {{ share }})
{%- endmacro %}

{# A table of a source in plain words, with the last day it has: visits of web analytics known up to 19 February 2026. #}
{% macro landed_text(feed) -%}
replace({{ feed }}.table_name, '_', ' ') || ' of ' || replace({{ feed }}.source, '_', ' ') || ' known up to '
|| {{ written_date(feed ~ '.until_date - 1') }}
{%- endmacro %}
