-- One row per channel, weekday and opening period, from the company folder and from sources. Times are local.
with declared as (

    select
        channel, weekday, opens_at, closes_at, valid_from, valid_to, closed_on_holidays, 'company folder' as declared_in
    from {{ source('company_folder', 'opening_hours') }}
    union all
    select channel, weekday, opens_at, closes_at, valid_from, valid_to, closed_on_holidays, _source
    from {{ ref('int_opening_hours') }}

)

select
    channel,
    weekday,
    opens_at,
    closes_at,
    valid_from,
    valid_to,
    coalesce(closed_on_holidays, true) as closed_on_holidays,
    declared_in
from declared
