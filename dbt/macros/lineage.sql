{#
  The columns that trace a row to source, table, file and line. A staging model selects them last. In a join, `alias` is that of the table
  whose rows the model gives.
#}
{% macro lineage(alias=none) -%}
{%- for column in lineage_columns() %}{{ alias ~ '.' if alias }}{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{% macro lineage_columns() %}
{{ return(['_source', '_table', '_source_file', '_source_line', '_load_id', '_landed_at', '_window_date']) }}
{% endmacro %}

{# The same for a model that combines several lake rows to one; it also counts them, and says which they are. #}
{% macro lineage_of_group() -%}
min(_source) as _source,
        min(_table) as _table,
        min(_source_file) as _source_file,
        min(_source_line) as _source_line,
        max(_load_id) as _load_id,
        max(_landed_at) as _landed_at,
        max(_window_date) as _window_date,
        count(*) as _lake_rows,
        {{ lake_fingerprint() }} as _lake_fingerprint
{%- endmacro %}

{# A table that a staging model only joins to, to look something up: the model need not account for its rows. #}
{% macro lookup(source_name, table_name) %}{{ return(source(source_name, table_name)) }}{% endmacro %}

{#
  The tables of the lake whose rows a staging model gives, as [source, table]: all that it reads with source(), without those that it
  reads with lookup() only.
#}
{% macro tables_given_by(model) %}
{%- set node = graph.nodes['model.cxhouse.' ~ model] -%}
{%- set code = modules.re.sub('--[^\\n]*|[{]#.*?#[}]', '', node.raw_code, flags=modules.re.DOTALL) -%}
{%- set quote = "['" ~ '"]' -%}
{%- set given = [] -%}
{%- for table in node.sources -%}
{%- set call = '\\(\\s*' ~ quote ~ table[0] ~ quote ~ '\\s*,\\s*' ~ quote ~ table[1] ~ quote -%}
{%- if modules.re.search('\\bsource' ~ call, code) or not modules.re.search('\\blookup' ~ call, code) -%}
{%- do given.append([table[0], table[1]]) if [table[0], table[1]] not in given -%}
{%- endif -%}
{%- endfor -%}
{{ return(given) }}
{% endmacro %}
