-- One row per calendar day from the first day with data to the end of the year after the last. The time spine of the
-- semantic layer.
with bounds as (

    select
        coalesce(min(local_date), current_date) as first_date,
        coalesce(max(local_date), current_date) as last_date
    from {{ ref('fct_daily_measures') }}

),

days as (

    select
        cast(
            unnest(
                generate_series(
                    date_trunc('year', first_date),
                    date_trunc('year', last_date) + interval 2 year - interval 1 day,
                    interval 1 day
                )
            ) as date
        ) as date_day
    from bounds

)

select
    days.date_day,
    cast(date_trunc('week', days.date_day) as date) as week_start_date,
    cast(date_trunc('month', days.date_day) as date) as month_start_date,
    isodow(days.date_day) as iso_weekday,
    holidays.name as holiday_name
from days
left join {{ ref('dim_holidays') }} as holidays on days.date_day = holidays.holiday_date
