{# Time that counts only while a channel is open. docs/business-hours.md has the rules, int_open_periods the open periods. #}

{# The open period that a time is in or after, as relation `name`: one row or none per row of the left side. #}
{% macro join_open_period(name, channel, moment) %}{{ return(adapter.dispatch('join_open_period')(name, channel, moment)) }}{% endmacro %}

{% macro default__join_open_period(name, channel, moment) -%}
asof left join {{ ref('int_open_periods') }} as {{ name }} on {{ channel }} = {{ name }}.channel and {{ moment }} >= {{ name }}.opens_at
{%- endmacro %}

{# Open seconds of the channel from the beginning of its calendar up to a time, from the open period joined for that time. #}
{% macro open_seconds_until(name, moment) -%}
coalesce({{ name }}.open_seconds_before + {{ seconds_between(name ~ '.opens_at', 'least(' ~ moment ~ ', ' ~ name ~ '.closes_at)') }}, 0)
{%- endmacro %}

{# Channels in which the customer waits for a person; contacts in other channels are written and answered later. #}
{% macro is_live_channel(channel) -%}
{{ channel }} in ('phone', 'chat', 'shop')
{%- endmacro %}

{% macro is_written_channel(channel) -%}
{{ channel }} in ('mail', 'whatsapp', 'social')
{%- endmacro %}

{% macro any_live_channel() %}any live{% endmacro %}

{#
  Runs before the open periods are replaced: when opening hours or holidays changed, the days of written contacts that were still open then are
  counted again. A contact answered before the first open period that differs keeps its seconds.
#}
{% macro touch_days_of_moved_hours() %}
{%- set before = adapter.get_relation(database=this.database, schema=this.schema, identifier=this.identifier) if execute else none %}
{%- if before is none or not before.is_table %}select 1{% else %}
{%- set old = 'select channel, opens_at, closes_at from ' ~ this -%}
{%- set new = 'select channel, opens_at, closes_at from ' ~ ref('int_open_periods__drawn') %}
insert into touched_days
select distinct 'contacts', contacts.event_date
from {{ ref('int_contacts') }} as contacts
inner join (
    select channel, min(opens_at) as moved_at
    from (({{ old }} except {{ new }}) union all ({{ new }} except {{ old }})) as moved
    group by channel
) as moved
    on contacts.channel = moved.channel and contacts.answered_at > moved.moved_at
where {{ is_written_channel('contacts.channel') }}
{%- endif %}
{% endmacro %}
