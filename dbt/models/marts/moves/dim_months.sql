-- One row per month a period report can be asked for: the last two years, the running month last.
with covered as (

    select min(local_date) as first_date, max(local_date) as last_date from {{ ref('fct_daily_measures') }}

),

months as (

    select distinct period_start as month_start, period_end as month_end from {{ ref('dim_periods') }}
    where grain = 'month'

),

numbered as (

    select *, row_number() over (order by month_start desc) as recency from months

)

select
    strftime(numbered.month_start, '%Y-%m') as month,
    numbered.month_start,
    numbered.month_end,
    numbered.month_start >= covered.first_date and numbered.month_end <= covered.last_date as is_full,
    {{ written_month('numbered.month_start') }} || case
        when numbered.month_end > covered.last_date then ', up to ' || {{ written_date('covered.last_date') }}
        when numbered.month_start < covered.first_date then ', from ' || {{ written_date('covered.first_date') }}
        else ''
    end as month_label,
    numbered.recency
from numbered
cross join covered
-- two years and the running month
where numbered.recency <= 25
