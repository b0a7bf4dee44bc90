-- One row per month, kind and channel of cost: the booked amount, the amount shared out to touchpoints, and the reason
-- for the rest.
with booked as (

    select
        cast(date_trunc('month', event_date) as date) as cost_month,
        kind,
        channel,
        cast(sum(amount) as double) as amount
    from {{ ref('int_costs') }}
    group by all

),

shared as (

    select
        cast(date_trunc('month', event_date) as date) as cost_month,
        kind,
        case when kind = 'contact' then channel end as cost_channel,
        round(sum(service_cost_total), 6) as allocated
    from {{ ref('int_service_costs_daily') }}
    group by all

),

-- redeliveries and returns are booked on separate cost centres: each gets its part of what was shared out
weighed as (

    select
        *,
        amount
        / nullif(sum(amount) over (partition by cost_month, kind, case when kind = 'contact' then channel end), 0)
            as weight
    from booked

)

select
    weighed.cost_month,
    weighed.kind,
    weighed.channel,
    weighed.amount,
    coalesce(round(shared.allocated * weighed.weight, 2), 0) as allocated,
    round(weighed.amount - coalesce(shared.allocated * weighed.weight, 0), 2) as unallocated,
    case
        when weighed.kind not in ('contact', 'redelivery', 'return') then 'no cost of serving: ' || weighed.kind
        when shared.allocated is null then 'nothing to share it over in this month'
    end as reason
from weighed
left join shared
    on
        weighed.cost_month = shared.cost_month
        and weighed.kind = shared.kind
        and case when weighed.kind = 'contact' then weighed.channel end is not distinct from shared.cost_channel
