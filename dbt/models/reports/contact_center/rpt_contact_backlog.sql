-- One row per channel and day of the last 91: contacts open at the end of the day, and of those, open for a week or
-- longer.
with placed as (

    select *, max(local_date) over () - local_date as days_back from {{ ref('fct_contact_backlog') }}

)

select
    now.channel,
    now.local_date,
    {{ written_date('now.local_date') }} as date_text,
    now.days_back = 0 as is_latest,
    now.open_count,
    now.older_count,
    before.open_count as open_count_week_before,
    case
        when now.is_known
            then 100.0 * now.open_count / nullif(max(now.open_count) over (), 0)
    end as bar_percent,
    case
        when not now.is_known
            then 'not measurable: a source of the channel says neither when contacts ended nor which were given up'
    end as reason
from placed as now
left join placed as before on now.channel = before.channel and now.days_back + 7 = before.days_back
