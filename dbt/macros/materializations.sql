{#- DuckDB replaces a table or view in one statement. dbt's default (build under another name, rename both, drop the old one) takes five and reads
    the catalog each time, which took a third of the time of a small build. -#}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if model.language == 'sql' -%}
        {%- call statement('main') -%} create or replace table {{ target }} as ({{ select_declared(compiled_code) }}) {%- endcall -%}
    {%- else -%}
        {#- the Python model writes through its own connection, which must finish before this connection uses the table -#}
        {%- set beside = make_intermediate_relation(target) -%}
        {%- do drop_relation_if_exists(load_cached_relation(beside)) -%}
        {%- call statement('main', language='python') -%} {{ create_table_as(False, beside, compiled_code, 'python') }} {%- endcall -%}
        {%- call statement('take_over') -%} create or replace table {{ target }} as (select * from {{ beside }}); drop table {{ beside }} {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%} create or replace view {{ target }} as ({{ select_declared(compiled_code) }}) {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro select_declared(sql) -%}
    {#- a model with an enforced contract stops here when its columns or types differ from the declared ones; it is built in the declared order -#}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
        {{ get_select_subquery(sql) }}
    {%- else -%}
        {{ sql }}
    {%- endif -%}
{%- endmacro %}

{% macro drop_other_kinds() -%}
    {#- before a build: a table or view that its model now makes as the other kind cannot be replaced in one statement. Looked up once for all models,
        because looks into dbt's cache made an eighth of the Python calls of a small build. -#}
    {%- if execute -%}
        {%- set kinds = {} -%}
        {%- for node in graph.nodes.values() if node.unique_id in selected_resources and node.config.materialized in ('table', 'parted', 'view') -%}
            {%- do kinds.update({node.name: node.config.materialized | replace('parted', 'table')}) -%}
        {%- endfor -%}
        {%- for kind, name in list_relations_here() if kinds.get(name, kind) != kind %}
            drop {{ kind }} {{ adapter.quote(name) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro drop_leftovers() -%}
    {#- removes temporary tables: dbt-duckdb leaves those of Python models on incremental tables, and a killed build leaves what it was writing -#}
    {%- if execute -%}
        {%- for row in run_query("select table_name from duckdb_tables() where contains(table_name, '__dbt_tmp')").rows %}
            drop table {{ adapter.quote(row[0]) }};
        {%- endfor -%}
        {%- for kind, name in list_removed_models() %}
            drop {{ kind }} {{ adapter.quote(name) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- Tables and views of models that are no longer in the project: [(kind, name)]. A report among them would go on being published with old figures. -#}
{% macro list_removed_models() -%}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | map(attribute='name') | list -%}
    {%- set removed = [] -%}
    {%- for kind, name in list_relations_here() if name.split('_')[0] in ('stg', 'int', 'dim', 'fct', 'rpt') and name not in models and '__dbt_tmp' not in name -%}
        {%- do removed.append((kind, name)) -%}
    {%- endfor -%}
    {{ return(removed) }}
{%- endmacro %}

{#- All tables and views of the warehouse: rows of (kind, name). -#}
{% macro list_relations_here() -%}
    {{ return(run_query("
        select 'table' as kind, table_name as name from duckdb_tables() where database_name = current_database() and schema_name = current_schema()
        union all
        select 'view', view_name from duckdb_views() where database_name = current_database() and schema_name = current_schema()
    ").rows) }}
{%- endmacro %}
