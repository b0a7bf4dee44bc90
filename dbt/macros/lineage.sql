{# The columns that trace a row to source, table, file and line. A staging model selects them last. #}
{% macro lineage() -%}
_source, _table, _source_file, _source_line, _load_id, _landed_at, _window_date
{%- endmacro %}

{# The same for a model that combines several lake rows to one; it also counts them. #}
{% macro lineage_of_group() -%}
min(_source) as _source,
        min(_table) as _table,
        min(_source_file) as _source_file,
        min(_source_line) as _source_line,
        max(_load_id) as _load_id,
        max(_landed_at) as _landed_at,
        max(_window_date) as _window_date,
        count(*) as _lake_rows
{%- endmacro %}
