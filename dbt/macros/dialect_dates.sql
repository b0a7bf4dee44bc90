{# SQL about dates and times that differs between engines. #}

{% macro local_date(moment) %}{{ return(adapter.dispatch('local_date')(moment)) }}{% endmacro %}

{% macro default__local_date(moment) -%}
cast({{ moment }} at time zone '{{ var('time_zone') }}' as date)
{%- endmacro %}

{% macro seconds_between(start, finish) %}{{ return(adapter.dispatch('seconds_between')(start, finish)) }}{% endmacro %}

{% macro default__seconds_between(start, finish) -%}
(epoch_us({{ finish }}) - epoch_us({{ start }})) / 1000000.0
{%- endmacro %}

{% macro whole_weeks_between(day, last_day) %}{{ return(adapter.dispatch('whole_weeks_between')(day, last_day)) }}{% endmacro %}

{# Whole weeks of seven days from a day to a later one. #}
{% macro default__whole_weeks_between(day, last_day) -%}
cast(floor(({{ last_day }} - {{ day }}) / 7.0) as integer)
{%- endmacro %}

{% macro written_date(day) %}{{ return(adapter.dispatch('written_date')(day)) }}{% endmacro %}

{# A date as text: 3 March 2026. #}
{% macro default__written_date(day) -%}
strftime({{ day }}, '%-d %B %Y')
{%- endmacro %}

{% macro local_hour(moment) %}{{ return(adapter.dispatch('local_hour')(moment)) }}{% endmacro %}

{# Hour of the local day, 0 to 23. #}
{% macro default__local_hour(moment) -%}
hour({{ moment }} at time zone '{{ var('time_zone') }}')
{%- endmacro %}

{% macro iso_weekday(day) %}{{ return(adapter.dispatch('iso_weekday')(day)) }}{% endmacro %}

{# Day of the week; 1 is Monday. #}
{% macro default__iso_weekday(day) -%}
isodow({{ day }})
{%- endmacro %}

{% macro days_between(first_date, last_date) %}{{ return(adapter.dispatch('days_between')(first_date, last_date)) }}{% endmacro %}

{# One row per day, both ends included. #}
{% macro default__days_between(first_date, last_date) -%}
cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
{%- endmacro %}

{% macro minute_of_day(clock) %}{{ return(adapter.dispatch('minute_of_day')(clock)) }}{% endmacro %}

{# Minutes since midnight from a text like 08:30; 24:00 is 1440. #}
{% macro default__minute_of_day(clock) -%}
60 * cast(left({{ clock }}, 2) as integer) + cast(right({{ clock }}, 2) as integer)
{%- endmacro %}

{% macro local_minute(day, minute) %}{{ return(adapter.dispatch('local_minute')(day, minute)) }}{% endmacro %}

{# A local time without a time zone: a number of minutes after midnight of a day. #}
{% macro default__local_minute(day, minute) -%}
cast({{ day }} as timestamp) + to_minutes({{ minute }})
{%- endmacro %}

{% macro utc_moment(local) %}{{ return(adapter.dispatch('utc_moment')(local)) }}{% endmacro %}

{#
  The instant of a local time. A local time that occurs twice in autumn means the first one; one that is skipped in spring is read with the offset
  before the change.
#}
{% macro default__utc_moment(local) -%}
{%- set zone = "at time zone '" ~ var('time_zone') ~ "'" -%}
{%- set by_clock_before = '(((' ~ local ~ ') - interval 1 day) ' ~ zone ~ ' + interval 24 hour)' -%}
least(({{ local }}) {{ zone }}, case when {{ by_clock_before }} {{ zone }} = {{ local }} then {{ by_clock_before }} end)
{%- endmacro %}

{% macro written_month(day) %}{{ return(adapter.dispatch('written_month')(day)) }}{% endmacro %}

{# A month as text: March 2026. #}
{% macro default__written_month(day) -%}
strftime({{ day }}, '%B %Y')
{%- endmacro %}

{% macro months_earlier(day, months) %}{{ return(adapter.dispatch('months_earlier')(day, months)) }}{% endmacro %}

{# The day a number of calendar months earlier. #}
{% macro default__months_earlier(day, months) -%}
cast({{ day }} - to_months({{ months }}) as date)
{%- endmacro %}

{% macro date_distance(start, finish) %}{{ return(adapter.dispatch('date_distance')(start, finish)) }}{% endmacro %}

{# Whole days from one calendar day to another. #}
{% macro default__date_distance(start, finish) -%}
date_diff('day', {{ start }}, {{ finish }})
{%- endmacro %}
