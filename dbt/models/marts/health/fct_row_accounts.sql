-- One row per contract and table of the lake that feeds it, accounting for every landed row: landed = staged + rejected +
-- superseded. rows_landed is counted in the lake and rows_given in the staging models; message says where they differ.
-- rows_apart is lower when a model combines several landed rows to one.
{% set models = [] %}
{% for contract, names in var('contract_models').items() %}{% for name in names %}{% do models.append((contract, name)) %}{% endfor %}{% endfor %}
with lake as (

    {% for source_name, table_name in var('lake_tables') %}
    select
        '{{ source_name }}' as source,
        '{{ table_name }}' as table_name,
        count(*) as rows_landed,
        {{ lake_fingerprint() }} as fingerprint
    from {{ source(source_name, table_name) }}
    union all
    {% endfor %}
    select cast(null as varchar) as source, cast(null as varchar) as table_name, cast(0 as bigint) as rows_landed, cast(null as hugeint) as fingerprint
    where false

),

-- the tables whose rows a model gives
feeds as (

    {% for contract, model in models if execute %}
    {%- for source_name, table_name in tables_given_by(model) %}
    select '{{ contract }}' as contract, '{{ model }}' as staging_model, '{{ source_name }}' as source, '{{ table_name }}' as table_name
    union all
    {%- endfor %}
    {% endfor %}
    select
        cast(null as varchar) as contract, cast(null as varchar) as staging_model, cast(null as varchar) as source,
        cast(null as varchar) as table_name
    where false

),

given as (

    {% for contract, model in models %}
    select
        '{{ contract }}' as contract,
        '{{ model }}' as staging_model,
        staged._source as source,
        staged._table as table_name,
        count(*) as rows_apart,
        cast(sum(staged._lake_rows) as bigint) as rows_given,
        cast(sum(case when staged._rejected_reason is not null then staged._lake_rows else 0 end) as bigint) as rows_rejected,
        -- null where a model combines rows without saying which
        case
            when count(staged._lake_fingerprint) = count(*) then sum(staged._lake_fingerprint)
            when bool_and(staged._lake_rows = 1) then {{ lake_fingerprint() }}
        end as fingerprint
    from {{ ref('int_' ~ contract ~ '__staged') }} as staged
    where staged._staging_model = '{{ model }}'
    group by staged._source, staged._table
    union all
    {% endfor %}
    select
        cast(null as varchar) as contract, cast(null as varchar) as staging_model, cast(null as varchar) as source,
        cast(null as varchar) as table_name, cast(0 as bigint) as rows_apart, cast(0 as bigint) as rows_given,
        cast(0 as bigint) as rows_rejected, cast(null as hugeint) as fingerprint
    where false

),

accounts as (

    select
        contract,
        source,
        table_name,
        string_agg(staging_model, ', ' order by staging_model) as staging_model,
        cast(coalesce(sum(given.rows_apart), 0) as bigint) as rows_apart,
        cast(coalesce(sum(given.rows_given), 0) as bigint) as rows_given,
        cast(coalesce(sum(given.rows_rejected), 0) as bigint) as rows_rejected,
        case when count(given.fingerprint) = count(given.rows_given) then sum(given.fingerprint) end as fingerprint
    from feeds
    full outer join given using (contract, staging_model, source, table_name)
    group by contract, source, table_name

),

current_rows as (

    {% for contract in models | map(attribute=0) | unique %}
    select '{{ contract }}' as contract, _source as source, _table as table_name, cast(sum(_lake_rows) as bigint) as rows_staged
    from {{ ref('int_' ~ contract) }}
    group by _source, _table
    union all
    {% endfor %}
    select cast(null as varchar) as contract, cast(null as varchar) as source, cast(null as varchar) as table_name, cast(0 as bigint) as rows_staged
    where false

)

select
    accounts.contract,
    accounts.staging_model,
    accounts.source,
    accounts.table_name,
    accounts.rows_apart,
    coalesce(lake.rows_landed, 0) as rows_landed,
    accounts.rows_given,
    coalesce(current_rows.rows_staged, 0) as rows_staged,
    accounts.rows_rejected,
    accounts.rows_given - accounts.rows_rejected - coalesce(current_rows.rows_staged, 0) as rows_superseded,
    {{ row_account_message('accounts', 'lake') }} as message
from accounts
left join lake using (source, table_name)
left join current_rows using (contract, source, table_name)
