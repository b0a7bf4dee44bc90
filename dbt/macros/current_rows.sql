{#
  Current versions of keyed rows, merged from newly landed windows only.

  begin_merge  (before): notes the keys of new rows and of rows whose window was landed again, and what depends on them (noted_changes.sql);
                         then removes these rows.
  current_rows (model):  inserts the current version of each noted key.
  end_merge    (after):  notes what depends on the new rows, and that these loads are merged.
  All three run in one transaction: a killed build leaves the table unchanged.
#}

{% macro create_state_tables() %}
create table if not exists changed_keys (consumer varchar, contract varchar, key varchar);
create table if not exists touched_days (fact varchar, event_date date);
create table if not exists merged_loads (contract varchar, load_id varchar);
create or replace table this_build as (select is_tested_whole from {{ source('company_folder', 'build') }})
{% endmacro %}

{% macro begin_merge(name) %}
{%- if not is_incremental() %}
delete from changed_keys where contract = '{{ name }}';
delete from touched_days where fact = '{{ name }}';
delete from merged_loads where contract = '{{ name }}'
{%- else %}
{%- set landed_again = new_windows(name) %}
delete from changed_keys where consumer = 'merge' and contract = '{{ name }}';
{%- if landed_again %}
insert into changed_keys
select distinct 'merge', '{{ name }}', _key from {{ this }} where {{ landed_again }}
union
select distinct 'merge', '{{ name }}', _key from {{ ref('int_' ~ name ~ '__staged') }} where {{ landed_again }};
insert into changed_keys
select 'answers', contract, key from changed_keys where consumer = 'merge' and contract = '{{ name }}';
{{ note_merged_rows(name) }}
{%- endif %}
delete from {{ this }} where _key in (select key from changed_keys where consumer = 'merge' and contract = '{{ name }}')
{%- endif %}
{% endmacro %}

{% macro current_rows(name) %}
{%- set contract = var('contracts')[name] -%}
with staged as (

    select * from {{ ref('int_' ~ name ~ '__staged') }}
    where
        _rejected_reason is null
        {%- if is_incremental() %}
        and _key in (select key from changed_keys where consumer = 'merge' and contract = '{{ name }}')
        {%- endif %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by _key
            order by
                {% if contract.version %}{{ contract.version }} desc nulls last,{% endif %}
                _window_date desc nulls last,
                _landed_at desc,
                _source_file desc,
                _source_line desc
        ) as version_rank
    from staged

)

select
    _key,
    {%- for column in contract.columns %}
    {{ column.name }},
    {%- endfor %}
    {{ contract.event_time if contract.event_type == 'date' else local_date(contract.event_time) }} as event_date,
    _lake_rows,
    {{ lineage() }}
from ranked
where version_rank = 1
{% endmacro %}

{% macro end_merge(name) %}
{%- if is_incremental() %}
{{ note_merged_rows(name) }}
{%- endif %}
insert into merged_loads
select '{{ name }}', load_id from {{ source('landing', 'landing_log') }}
where status = 'landed' and load_id not in (select load_id from merged_loads where contract = '{{ name }}')
{% endmacro %}

{# A condition that holds for every row of the windows landed since the last merge, with literal bounds; false when nothing landed. #}
{% macro new_windows(name) %}
{%- set windows = run_query(
    "select source, table_name, min(coalesce(window_start, date '1970-01-01')), max(coalesce(window_end, date '1970-01-02')) from "
    ~ source('landing', 'landing_log')
    ~ " where status = 'landed' and load_id not in (select load_id from merged_loads where contract = '" ~ name ~ "') group by all"
) -%}
{%- set conditions = [] -%}
{%- for window in windows.rows -%}
{%- do conditions.append(
    "(_source = '" ~ window[0] ~ "' and _table = '" ~ window[1] ~ "' and coalesce(_window_date, date '1970-01-01') >= date '" ~ window[2]
    ~ "' and coalesce(_window_date, date '1970-01-01') < date '" ~ window[3] ~ "')"
) -%}
{%- endfor -%}
{{ return(conditions | join(' or ')) }}
{% endmacro %}
