-- One row per holiday or peak.
select 'holiday_' || date as calendar_id, name, 'holiday' as kind, date as from_date, date as to_date
from {{ source('company_folder', 'holidays') }}
union all
select peak_id || '_' || extract(year from from_date), name, 'peak', from_date, to_date
from {{ ref('dim_peaks') }}
