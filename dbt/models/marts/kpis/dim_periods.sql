-- The periods of each day: calendar grains, and windows that end with the last covered day, each with the window before
-- it and the one 52 weeks earlier, which has the same weekdays. Of the longest window the two are the same.
with covered as (

    select min(local_date) as first_date, max(local_date) as last_date from {{ ref('fct_daily_measures') }}

),

days as (

    select distinct local_date from {{ ref('fct_daily_measures') }}

),

-- windows hold every day, also one without any event: a KPI that is known later has its days moved onto them
window_days as (

    select {{ days_between('last_date - 727', 'last_date') }} as local_date from covered

),

windows as (

    select 'last_7_days' as window_id, 7 as days_count
    union all
    select 'last_28_days', 28
    union all
    select 'last_91_days', 91
    union all
    select 'last_364_days', 364

)

select 'day' as grain, local_date, local_date as period_start, local_date as period_end from days
union all
select
    'week', local_date, cast(date_trunc('week', local_date) as date), cast(date_trunc('week', local_date) as date) + 6
from days
union all
select
    'month',
    local_date,
    cast(date_trunc('month', local_date) as date),
    cast(date_trunc('month', local_date) + interval 1 month as date) - 1
from days
union all
select 'total', days.local_date, covered.first_date, covered.last_date from days cross join covered
union all
select windows.window_id, window_days.local_date, covered.last_date - windows.days_count + 1, covered.last_date
from window_days
cross join windows
cross join covered
where window_days.local_date > covered.last_date - windows.days_count
union all
select
    'before_' || windows.window_id,
    window_days.local_date,
    covered.last_date - 2 * windows.days_count + 1,
    covered.last_date - windows.days_count
from window_days
cross join windows
cross join covered
where
    window_days.local_date > covered.last_date - 2 * windows.days_count
    and window_days.local_date <= covered.last_date - windows.days_count
union all
select
    'year_before_' || windows.window_id,
    window_days.local_date,
    covered.last_date - 364 - windows.days_count + 1,
    covered.last_date - 364
from window_days
cross join windows
cross join covered
where
    windows.days_count < 364
    and covered.first_date <= covered.last_date - 364 - windows.days_count + 1
    and window_days.local_date > covered.last_date - 364 - windows.days_count
    and window_days.local_date <= covered.last_date - 364
