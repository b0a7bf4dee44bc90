-- One row per holiday, from the company folder and from sources.
with named as (

    select date as holiday_date, name from {{ source('company_folder', 'holidays') }}
    union all
    select date, name from {{ ref('int_holidays') }}

)

select holiday_date, min(name) as name
from named
group by holiday_date
