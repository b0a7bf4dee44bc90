{# Incremental daily aggregates: remove the rows of touched days, count these days again, then delete the list of touched days. #}
{% macro begin_days(fact) %}
{%- if is_incremental() %}delete from {{ this }} where {{ touched_days(fact) }}{% else %}select 1{% endif %}
{% endmacro %}

{% macro end_days(fact) %}
delete from touched_days where fact = '{{ fact }}'
{% endmacro %}

{# A condition on the day with literal days: true for every day in a full build. #}
{% macro touched_days(fact, day='event_date') %}
{%- if not is_incremental() -%}{{ return('true') }}{%- endif -%}
{%- set days = run_query("select distinct event_date from touched_days where fact = '" ~ fact ~ "' and event_date is not null order by 1") -%}
{{ return(list_days(days, day)) }}
{% endmacro %}

{# A condition that holds for the days of a result, which are in order; for more than 200 days, from the first one to the last one. #}
{% macro list_days(found, day) %}
{%- set days = found.columns[0].values() if found.rows | length else [] -%}
{%- if days | length == 0 -%}{{ return('false') }}{%- endif -%}
{%- if days | length > 200 -%}{{ return(day ~ " between date '" ~ days[0] ~ "' and date '" ~ days[-1] ~ "'") }}{%- endif -%}
{{ return(day ~ " in (date '" ~ days | join("', date '") ~ "')") }}
{% endmacro %}
