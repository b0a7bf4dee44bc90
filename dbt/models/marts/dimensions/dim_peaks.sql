-- One row per peak and year with data: its first and last day.
with years as (

    select distinct extract(year from date_day) as year from {{ ref('dim_dates') }}

)

select
    peaks.peak_id,
    peaks.name,
    cast(years.year || '-' || peaks.from_month_day as date) as from_date,
    cast(
        case when peaks.to_month_day < peaks.from_month_day then years.year + 1 else years.year end
        || '-'
        || peaks.to_month_day as date
    ) as to_date
from {{ source('company_folder', 'peaks') }} as peaks
cross join years
