-- One row per source table, stage and reason: the number of rows that could not be used, and the file and line of the
-- last one.
{% set models = [] %}
{% for contract, names in var('contract_models').items() %}{% for name in names %}{% do models.append((contract, name)) %}{% endfor %}{% endfor %}
with rejected as (

    select source, table_name, 'landing' as stage, cast(null as varchar) as contract, _rejected_reason as reason, 1 as rows_count, _source_file, _source_line, _landed_at
    from {{ source('landing', 'rejected_rows') }}
    {% for contract in models | map(attribute=0) | unique %}
    union all
    select _source, _table, 'staging', '{{ contract }}', _rejected_reason, _lake_rows, _source_file, _source_line, _landed_at
    from {{ ref('int_' ~ contract ~ '__staged') }}
    where _rejected_reason is not null
    {% endfor %}

),

counted as (

    select
        source,
        table_name,
        stage,
        reason,
        sum(rows_count) as rows_count,
        arg_max(_source_file, (_landed_at, _source_file, _source_line)) as last_file,
        arg_max(_source_line, (_landed_at, _source_file, _source_line)) as last_line,
        max(_landed_at) as last_landed_at
    from rejected
    group by source, table_name, stage, contract, reason

)

-- a row of several contracts that breaks them for the same reason counts once
select
    source,
    table_name,
    stage,
    reason,
    cast(max(rows_count) as bigint) as rows_count,
    arg_max(last_file, (last_landed_at, last_file, last_line)) as last_file,
    arg_max(last_line, (last_landed_at, last_file, last_line)) as last_line,
    max(last_landed_at) as last_landed_at
from counted
group by source, table_name, stage, reason
