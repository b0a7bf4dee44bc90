{# What can be edited about a change: column, name for people, and its value as a text. #}
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

{# Those rows in long form: one per row of `relation` and field. `columns` come along. #}
{% macro list_change_fields(relation, columns) %}
{%- for column, name, text in change_fields() %}
    select {{ columns | join(', ') }}, '{{ column }}' as field, '{{ name }}' as field_name, {{ loop.index }} as field_position, {{ text }} as told from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
{%- endfor %}
{% endmacro %}
