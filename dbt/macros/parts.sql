{#
  Models in parts: only parts whose content differs are made again.

  A part is the rows with equal values of `part_columns`, such as a day. The model `parts` has one row per part, with a fingerprint of everything
  that the rows of the part are made from. What was made is noted in a table `made_of_<model>`; in the next build parts with another fingerprint,
  new ones and those that are gone, are removed and made again, in one transaction with the note. A full build makes all parts.
#}
{% materialization parted, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set parts, columns = target.incorporate(path={'identifier': config.require('parts')}), config.require('part_columns') -%}
    {%- set made, again = made_of(this.name), made_again(this.name) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if is_parted() -%}
        {%- call statement('begin') -%}
            create or replace table {{ again }} as (
                select {% for column in columns %}coalesce(now.{{ column }}, made.{{ column }}) as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
                from {{ parts }} as now full join {{ made }} as made on {{ equal_parts('now', columns, 'made', columns) }}
                where now.fingerprint is distinct from made.fingerprint
            );
            delete from {{ target }} as made where {{ is_among(again, columns, 'made', columns) }}
        {%- endcall -%}
        {%- call statement('main') -%} insert into {{ target }} by name ({{ select_declared(compiled_code) }}) {%- endcall -%}
    {%- else -%}
        {%- call statement('begin') -%} create or replace table {{ again }} as (select {{ columns | join(', ') }} from {{ parts }}) {%- endcall -%}
        {%- call statement('main') -%} create or replace table {{ target }} as ({{ select_declared(compiled_code) }}) {%- endcall -%}
    {%- endif -%}
    {%- call statement('note') -%} create or replace table {{ made }} as (select {{ columns | join(', ') }}, fingerprint from {{ parts }}) {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# The parts that the last build made, and those that this build makes. #}
{% macro made_of(model) -%}{{ return('made_of_' ~ model) }}{%- endmacro %}
{% macro made_again(model) -%}{{ return('made_again_' ~ model) }}{%- endmacro %}

{% macro equal_parts(left, left_columns, right, right_columns) -%}
{%- for column in left_columns %}{{ left }}.{{ column }} is not distinct from {{ right ~ '.' if right }}{{ right_columns[loop.index0] }}{{ ' and ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{% macro is_among(again, part_columns, alias, columns) -%}
exists (select 1 from {{ again }} as again where {{ equal_parts('again', part_columns, alias, columns) }})
{%- endmacro %}

{# True when only parts of the model are made: it stands, and this is no full build. #}
{% macro is_parted() -%}
{%- if not execute or flags.FULL_REFRESH -%}{{ return(false) }}{%- endif -%}
{%- set stands = load_cached_relation(this) is not none and load_cached_relation(this.incorporate(path={'identifier': made_of(this.name)})) is not none -%}
{{ return(stands) }}
{%- endmacro %}

{# In a model in parts: a condition that holds for the parts to make. `columns` are the part columns as the query names them, with their table. #}
{% macro in_made_parts(columns) -%}
{%- if is_parted() -%}
{{ is_among(made_again(this.name), config.get('part_columns'), none, columns) }}
{%- else -%}
true
{%- endif -%}
{%- endmacro %}

{#
  The rows of a model that its data tests read. Of a model in parts these are the parts that this build made, unless the build tests all rows.
  Keys hold the part columns, so a key cannot occur in two parts.
#}
{% macro rows_to_test(model) -%}
{%- set node = graph.nodes.get('model.cxhouse.' ~ model.identifier) if execute -%}
{%- if node and node.config.materialized == 'parted' and not run_query('select is_tested_whole from this_build').rows[0][0] -%}
{%- set columns = node.config.part_columns -%}
(select rows_made.* from {{ model }} as rows_made where {{ is_among(made_again(model.identifier), columns, 'rows_made', columns) }}) as rows_tested
{%- else -%}
{{ model }}
{%- endif -%}
{%- endmacro %}
