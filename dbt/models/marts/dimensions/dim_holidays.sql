-- One row per holiday, from the company folder and from sources.
select holiday_date, name
from {{ ref('int_holidays__declared') }}
