-- One row per pair of month-ends (a month or a year apart), segment before and segment after: the number of customers
-- with this move. `new`: no order in the 24 months before the first month-end; `gone`: no order in the 24 months before
-- the second.
with months as (

    select month_number, month_end from {{ ref('int_month_ends') }}
    where month_end in (select month_end from {{ ref('int_customer_values') }})

),

pairs as (

    select 'month' as grain, earlier.month_end as from_month_end, later.month_end as to_month_end
    from months as later
    inner join months as earlier on later.month_number = earlier.month_number + 1
    where later.month_number > (select max(month_number) from months) - 24
    union all
    select 'year', earlier.month_end, later.month_end
    from months as later
    inner join months as earlier on later.month_number = earlier.month_number + 12
    where later.month_number > (select max(month_number) from months) - 24

),

sides as (

    select
        pairs.grain,
        pairs.from_month_end,
        pairs.to_month_end,
        scored.customer_id,
        scored.segment as from_segment,
        cast(null as varchar) as to_segment
    from pairs
    inner join {{ ref('int_customer_values') }} as scored on pairs.from_month_end = scored.month_end
    union all
    select pairs.grain, pairs.from_month_end, pairs.to_month_end, scored.customer_id, null, scored.segment
    from pairs
    inner join {{ ref('int_customer_values') }} as scored on pairs.to_month_end = scored.month_end

),

moves as (

    select
        grain, from_month_end, to_month_end, customer_id,
        coalesce(max(from_segment), 'new') as from_segment,
        coalesce(max(to_segment), 'gone') as to_segment
    from sides
    group by grain, from_month_end, to_month_end, customer_id

)

select grain, from_month_end, to_month_end, from_segment, to_segment, count(*) as customers_count
from moves
group by grain, from_month_end, to_month_end, from_segment, to_segment
