-- One row per count of customers that reports show, with the groups whose totals are shown too. fct_hidden_cells has
-- the counts to hide.
select
    'overview' as cell_set, cast(month_end as varchar) as period, segment_id as row_id, '' as column_id,
    'all' as first_group, cast(null as varchar) as second_group, cast(null as varchar) as third_group, customers_count
from {{ ref('fct_segment_months') }}
union all
select
    'map',
    cast(month_end as varchar),
    cast(financial_band as varchar),
    cast(appreciation_band as varchar),
    segment_id,
    null,
    null,
    customers_count
from {{ ref('fct_segment_bands') }}
union all
select
    grain, cast(from_month_end as varchar) || ' ' || cast(to_month_end as varchar), from_segment, to_segment,
    'from ' || from_segment, 'to ' || to_segment,
    -- new customers minus lost customers is the difference of the two months' totals
    case when from_segment = 'new' or to_segment = 'gone' then 'in and out' end,
    customers_count
from {{ ref('fct_segment_moves') }}
union all
select
    'costs',
    cast(cost_month as varchar),
    touchpoint_id,
    segment_id,
    'at ' || touchpoint_id,
    'of ' || segment_id,
    null,
    customers_count
from {{ ref('fct_segment_costs') }}
where not has_unknown_customers
