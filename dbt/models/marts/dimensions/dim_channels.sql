-- One row per channel seen in the data.
select channel, min(local_date) as first_seen_date, max(local_date) as last_seen_date
from {{ ref('fct_daily_measures') }}
where channel is not null
group by channel
