{# The fields of a change that can be edited: column, name on pages, and value as text. #}
{% macro change_fields() %}
{{ return([
    ('title', 'title', 'title'),
    ('description', 'description', 'description'),
    ('started_at', 'start', written_date(local_date('started_at'))),
    ('rolled_out_at', 'end of the roll-out', written_date(local_date('rolled_out_at'))),
    ('ended_at', 'end', written_date(local_date('ended_at'))),
    ('kind', 'kind', 'kind'),
    ('touchpoints', 'touchpoints', 'touchpoints'),
    ('components', 'components', 'components'),
    ('suppliers', 'suppliers', 'suppliers'),
    ('channels', 'channels', 'channels'),
    ('segments', 'segments', 'segments'),
    ('owner_department', 'owner', 'owner_department'),
    ('primary_kpi', 'primary KPI', 'primary_kpi'),
    ('expected_direction', 'expected direction', 'expected_direction'),
    ('expected_size', 'expected size', "printf('%.10g', expected_size)"),
    ('evaluation_date', 'evaluation date', written_date('evaluation_date')),
    ('investment_amount', 'investment', "printf('%.2f', investment_amount)"),
    ('is_withdrawn', 'withdrawn', "case when is_withdrawn then 'yes' else 'no' end"),
]) }}
{% endmacro %}

{# These fields in long form: one row per row of `relation` and field, with `columns`. #}
{% macro list_change_fields(relation, columns) %}
{%- for column, name, text in change_fields() %}
    select {{ columns | join(', ') }}, '{{ column }}' as field, '{{ name }}' as field_name, {{ loop.index }} as field_position, {{ text }} as told from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
{%- endfor %}
{% endmacro %}

{# A field's value in a sentence. `named` is the KPI with that id, if the field holds one; a size is written in the unit of the change's KPI. #}
{% macro told_text(told, named) -%}
case
    when edits.field in ('title', 'description') then '“' || {{ told }} || '”'
    when edits.field = 'primary_kpi' then coalesce({{ named }}.kpi_name, {{ told }})
    when edits.field = 'expected_size' and kpis.kpi_id is not null and not edits.has_other_kpi
        then ltrim({{ effect_text('cast(' ~ told ~ ' as double)', 'kpis.unit_kind', 'abs(cast(' ~ told ~ ' as double))') }}, '+')
            || {{ effect_unit('kpis.unit_kind', 'kpis.unit', 'abs(cast(' ~ told ~ ' as double))') }}
    else {{ told }}
end
{%- endmacro %}
