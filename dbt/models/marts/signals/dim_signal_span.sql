-- One row: the days signals look at, and what holds for all of them.
with settings as (

    select
        cast({{ signal_threshold('every', 'recent_days') }} as integer) as recent_days,
        cast({{ signal_threshold('every', 'earlier_days') }} as integer) as earlier_days,
        {{ signal_threshold('every', 'error_share') }} as error_share,
        {{ signal_threshold('every', 'smallest_n') }} as smallest_n,
        {{ signal_threshold('every', 'fewest_weeks') }} as fewest_weeks

)

select
    settings.*,
    (select max(local_date) from {{ ref('fct_daily_measures') }}) as last_date,
    -- a fortnight more, for series whose last day is an earlier one
    (select max(local_date) from {{ ref('fct_daily_measures') }}
    )
    - settings.recent_days
    - settings.earlier_days
    - 14 as first_date
from settings
