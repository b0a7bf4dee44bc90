-- One row per channel, weekday and opening period, from the company folder and from sources. Times are local.
select channel, weekday, opens_at, closes_at, valid_from, valid_to, 'company folder' as declared_in
from {{ source('company_folder', 'opening_hours') }}
union all
select channel, weekday, opens_at, closes_at, valid_from, valid_to, _source
from {{ ref('int_opening_hours') }}
