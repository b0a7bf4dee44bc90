{# One contract from all its staging models: typed, with null for absent optional columns and a reason for each row that breaks the contract. #}
{% macro stage_contract(name) %}
{%- set contract = var('contracts')[name] -%}
{%- set models = var('contract_models').get(name, []) -%}
with delivered as (
{% for model in models %}
{%- set relation = ref(model) -%}
{%- set present = delivered_columns(name, model, relation) %}
    select
        '{{ model }}' as _staging_model,
        {%- for column in contract.columns %}
        {%- if column.name in present %}
        try_cast({{ column.name }} as {{ column.type }}) as {{ column.name }},
        ({{ column.name }} is not null and try_cast({{ column.name }} as {{ column.type }}) is null) as {{ column.name }}__untypable,
        {%- else %}
        cast(null as {{ column.type }}) as {{ column.name }},
        false as {{ column.name }}__untypable,
        {%- endif %}
        {%- endfor %}
        {{ '_rejected_reason' if '_rejected_reason' in present else 'cast(null as varchar)' }} as _company_reason,
        {{ '_lake_rows' if '_lake_rows' in present else '1' }} as _lake_rows,
        {{ '_lake_fingerprint' if '_lake_fingerprint' in present else 'cast(null as hugeint)' }} as _lake_fingerprint,
        {{ lineage() }}
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
{% else %}
    select
        cast(null as varchar) as _staging_model,
        {%- for column in contract.columns %}
        cast(null as {{ column.type }}) as {{ column.name }},
        false as {{ column.name }}__untypable,
        {%- endfor %}
        cast(null as varchar) as _company_reason,
        0 as _lake_rows,
        cast(null as hugeint) as _lake_fingerprint,
        cast(null as varchar) as _source,
        cast(null as varchar) as _table,
        cast(null as varchar) as _source_file,
        cast(null as bigint) as _source_line,
        cast(null as varchar) as _load_id,
        cast(null as timestamptz) as _landed_at,
        cast(null as date) as _window_date
    where false
{% endfor %}
)

select
    _staging_model,
    {%- for column in contract.columns %}
    {{ column.name }},
    {%- endfor %}
    concat_ws('|', _source{% for column in contract.key %}, cast({{ column }} as varchar){% endfor %}) as _key,
    coalesce(
        _company_reason
        {%- for column in contract.columns %},
        case when {{ column.name }}__untypable then 'not a {{ column.type }}: {{ column.name }}' end
        {%- endfor %}
        {%- for column in contract.columns if column.required %},
        case when {{ column.name }} is null then 'missing value: {{ column.name }}' end
        {%- endfor %}
        {%- for column in contract.columns if column.allowed %},
        case when {{ column.name }} not in ('{{ column.allowed | join("', '") }}') then 'value not allowed: {{ column.name }}' end
        {%- endfor %}
        {%- for check in contract.checks %},
        case when not ({{ check.holds }}) then '{{ check.reason }}' end
        {%- endfor %}
    ) as _rejected_reason,
    _lake_rows,
    _lake_fingerprint,
    {{ lineage() }}
from delivered
{% endmacro %}

{# The columns of a staging model. Unknown and missing ones stop the build; the error lists them separately. #}
{% macro delivered_columns(name, model, relation) %}
{%- if not execute -%}{{ return([]) }}{%- endif -%}
{%- set contract = var('contracts')[name] -%}
{%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
{%- set known = contract.columns | map(attribute='name') | list -%}
{%- set unexpected = present | reject('in', known + lineage_columns() + ['_rejected_reason', '_lake_rows', '_lake_fingerprint']) | list -%}
{%- set missing = (contract.columns | selectattr('required') | map(attribute='name') | list + lineage_columns()) | reject('in', present) | list -%}
{%- if unexpected or missing -%}
{{ exceptions.raise_compiler_error(
    model ~ ' does not fit contract ' ~ name
    ~ (('; missing columns: ' ~ missing | join(', ')) if missing else '')
    ~ (('; unexpected columns: ' ~ unexpected | join(', ')) if unexpected else '')
    ~ '. Correct models/' ~ model ~ '.sql of the company folder; semantic/contracts/' ~ name ~ '.yml lists the columns, lineage() adds the rest.'
) }}
{%- endif -%}
{{ return(present) }}
{% endmacro %}
