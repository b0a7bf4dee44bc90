-- One row per channel, weekday and opening period, from the company folder and from sources. Times are local.
select channel, weekday, opens_at, closes_at, valid_from, valid_to, closed_on_holidays, declared_in
from {{ ref('int_opening_hours__declared') }}
