-- One row per comparison of two periods: windows with the window before, full months with the month before and the same
-- month a year before.
with covered as (

    select min(local_date) as first_date, max(local_date) as last_date from {{ ref('fct_daily_measures') }}

),

periods as (

    select distinct periods.grain, periods.period_start, periods.period_end
    from {{ ref('dim_periods') }} as periods
    cross join covered
    where periods.period_start >= covered.first_date and periods.period_end <= covered.last_date

),

paired as (

    select
        after.grain as comparison, after.grain, after.period_start, after.period_end,
        before.grain as before_grain, before.period_start as before_start, before.period_end as before_end
    from periods as after
    inner join periods as before on before.grain = 'before_' || after.grain
    where after.grain in ('last_28_days', 'last_91_days')
    union all
    select
        steps.comparison,
        after.grain,
        after.period_start,
        after.period_end,
        before.grain,
        before.period_start,
        before.period_end
    from periods as after
    cross join (
        select 'month_before' as comparison, 1 as months_count
        union all
        select 'year_before', 12
    ) as steps
    inner join periods as before
        on
            before.grain = 'month'
            and before.period_start = {{ months_earlier('after.period_start', 'steps.months_count') }}
    where after.grain = 'month'

),

numbered as (

    select *, row_number() over (partition by comparison order by period_start desc) as recency from paired

)

select
    comparison, grain, period_start, period_end, before_grain, before_start, before_end,
    recency = 1 as is_latest,
    case comparison
        when 'last_28_days' then 'last 28 days against the 28 days before'
        when 'last_91_days' then 'last 91 days against the 91 days before'
        else {{ written_month('period_start') }} || ' against ' || {{ written_month('before_start') }}
    end as comparison_label,
    case comparison when 'last_28_days' then 1 when 'last_91_days' then 2 when 'month_before' then 3 else 4 end
        as position
from numbered
-- two years of months: what a period report looks back on; the table does not grow with history
where recency <= 24
