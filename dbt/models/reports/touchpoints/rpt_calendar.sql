-- One row per holiday or peak.
select
    'holiday_' || holiday_date as calendar_id,
    name,
    'holiday' as kind,
    holiday_date as from_date,
    holiday_date as to_date
from {{ ref('dim_holidays') }}
union all
select peak_id || '_' || extract(year from from_date), name, 'peak', from_date, to_date
from {{ ref('dim_peaks') }}
