-- The days costs are known for, per source.
select distinct _source as source, event_date from {{ ref('int_costs') }}
