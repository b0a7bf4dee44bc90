-- One row per fact and table of the lake that its contract is read from: the first day of that table that has not landed.
{% set contracts = {'answers': 'survey_responses', 'invitations': 'survey_invitations'} %}
with feeds as (

    {% for fact in covering_facts() if execute %}
    {%- set contract = contracts.get(fact, fact) %}
    {%- for model in var('contract_models').get(contract, []) %}
    {%- for source_name, table_name in tables_given_by(model) %}
    select '{{ fact }}' as fact, '{{ source_name }}' as source, '{{ table_name }}' as table_name
    union
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select cast(null as varchar) as fact, cast(null as varchar) as source, cast(null as varchar) as table_name
    where false

)

select feeds.fact, feeds.source, feeds.table_name, max(landed.window_end) as until_date
from feeds
inner join {{ source('landing', 'landing_log') }} as landed using (source, table_name)
where landed.status = 'landed'
group by feeds.fact, feeds.source, feeds.table_name
