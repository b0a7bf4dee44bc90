-- The days for which costs are known, per source.
select distinct _source as source, event_date from {{ ref('int_costs') }}
