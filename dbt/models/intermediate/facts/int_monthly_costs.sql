-- One row per month, kind of cost and channel of contacts: what was spent. A view.
select
    kind,
    case when kind = 'contact' then channel end as cost_channel,
    date_trunc('month', event_date) as cost_month,
    cast(sum(amount) as double) as amount
from {{ ref('int_costs') }}
group by all
