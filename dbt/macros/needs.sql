{#
  What a measure needs, as its definition says it: a contract, contract.column or contract.column=value; alternatives joined by ` or `;
  ` if ` and another need when it is needed only where that one is delivered; `journeys`: a phase with a begin and an
  end has ended.
#}

{# A condition in SQL: whether the company delivers it. #}
{% macro need_is_met(need) -%}
{%- set wanted, condition = (need.split(' if ') + [none])[:2] -%}
({{ 'not ' ~ is_delivered(condition) ~ ' or ' if condition }}
{%- for alternative in wanted.split(' or ') %}{{ is_delivered(alternative) }}{{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro is_delivered(need) -%}
{%- if need == 'journeys' -%}
exists(select 1 from {{ ref('int_phase_visits_daily') }})
{%- else -%}
{%- set named, value = (need.split('=') + [none])[:2] -%}
{%- set contract, column = (named.split('.') + [none])[:2] -%}
exists(select 1 from {{ ref('int_' ~ contract) }}
{%- if value %} where {{ column }} = '{{ value }}'{% elif column %} where {{ column }} is not null{% endif %})
{%- endif -%}
{%- endmacro %}

{# The same in words, for the case that it is missing. #}
{% macro describe_need(need) -%}
{%- set wanted = need.split(' if ')[0] -%}
{%- if wanted == 'journeys' -%}
no phase of a journey with a begin and an end has ended
{%- elif '=' in wanted -%}
{%- set first = wanted.split(' or ')[0] -%}
no row of {{ first.split('.')[0] }} has {{ first.split('.')[1] | replace('=', ' ') }}
{%- for other in wanted.split(' or ')[1:] %} or {{ other.split('=')[1] }}{% endfor -%}
{%- elif '.' in wanted -%}
no source fills {{ wanted }}
{%- else -%}
no source delivers {{ wanted }}
{%- endif -%}
{%- endmacro %}
