-- One row per source contract with a staging model: days since its youngest table began (that table may be the
-- incomplete one), and tables not landed yet.
with feeds as (

    {% for contract, models in var('contract_models').items() %}
    {%- for model in models %}
    select '{{ contract }}' as contract, '{{ model[4:].split("__")[0] }}' as source
    union all
    {%- endfor %}
    {%- endfor %}
    select cast(null as varchar) as contract, cast(null as varchar) as source where false

),

landed as (

    select source, table_name, min(window_start) as first_date, max(window_end) as until_date
    from {{ source('landing', 'landing_log') }}
    where status = 'landed'
    group by source, table_name

),

history as (

    select max(until_date) as until_date, max(until_date) - min(first_date) as days_count from landed

)

select
    feeds.contract,
    min(history.until_date - landed.first_date) as days_count,
    string_agg(distinct case when landed.source is null then tables.source || '.' || tables.table_name end, ', ') as not_landed
from feeds
inner join {{ source('landing', 'table_status') }} as tables using (source)
left join landed on tables.source = landed.source and tables.table_name = landed.table_name
cross join history
group by feeds.contract
