-- One row per staging model and source table, accounting for every landed row: landed = staged + rejected + superseded.
-- rows_apart is lower than rows_landed when the model combines several landed rows to one.
{% set models = [] %}
{% for contract, names in var('contract_models').items() %}{% for name in names %}{% do models.append((contract, name)) %}{% endfor %}{% endfor %}
with accounts as (

    {% for contract, model in models %}
    select
        '{{ contract }}' as contract,
        '{{ model }}' as staging_model,
        staged._source as source,
        staged._table as table_name,
        count(*) as rows_apart,
        cast(sum(staged._lake_rows) as bigint) as rows_landed,
        cast(sum(case when staged._rejected_reason is not null then staged._lake_rows else 0 end) as bigint) as rows_rejected,
        cast(sum(case when staged._rejected_reason is null then staged._lake_rows else 0 end) as bigint) as rows_accepted
    from {{ ref('int_' ~ contract ~ '__staged') }} as staged
    where staged._staging_model = '{{ model }}'
    group by staged._source, staged._table
    union all
    {% endfor %}
    select
        cast(null as varchar) as contract, cast(null as varchar) as staging_model, cast(null as varchar) as source, cast(null as varchar) as table_name,
        cast(null as bigint) as rows_apart, cast(null as bigint) as rows_landed, cast(null as bigint) as rows_rejected, cast(null as bigint) as rows_accepted
    where false

),

current_rows as (

    {% for contract in models | map(attribute=0) | unique %}
    select '{{ contract }}' as contract, _source as source, _table as table_name, cast(sum(_lake_rows) as bigint) as rows_staged
    from {{ ref('int_' ~ contract) }}
    group by _source, _table
    union all
    {% endfor %}
    select cast(null as varchar) as contract, cast(null as varchar) as source, cast(null as varchar) as table_name, cast(null as bigint) as rows_staged where false

)

select
    accounts.contract,
    accounts.staging_model,
    accounts.source,
    accounts.table_name,
    accounts.rows_apart,
    accounts.rows_landed,
    coalesce(current_rows.rows_staged, 0) as rows_staged,
    accounts.rows_rejected,
    accounts.rows_accepted - coalesce(current_rows.rows_staged, 0) as rows_superseded
from accounts
left join current_rows using (contract, source, table_name)
