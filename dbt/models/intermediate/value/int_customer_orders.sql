{{ config(materialized='table') }}

-- One row per order of a known customer in the company's currency, and timeline. Timeline 0 has the orders that were
-- never cancelled. When an order existed at a month-end and was cancelled in a later month, the timeline with that
-- month's number has the customer's orders as they were then.
with basis as (

    -- revenue replaces margin unless the costs of nine out of ten orders are known
    select
        case when count(cost_amount) >= 0.9 * count(*) and count(*) > 0 then 'margin' else 'revenue' end as value_basis
    from {{ ref('int_orders__valued') }}

),

orders as (

    select
        resolved.customer_id,
        valued._key,
        valued.order_id,
        valued._source,
        valued.event_date as ordered_date,
        {{ month_number('valued.event_date') }} as month_number,
        case
            when
                not valued.is_kept
                then {{ month_number('coalesce(' ~ local_date('valued.cancelled_at') ~ ', valued.event_date)') }}
        end as cancelled_month_number,
        cast(valued.net_amount as decimal(18, 6)) as revenue,
        cast(valued.net_amount - valued.cost_amount as decimal(18, 6)) as margin,
        cast(
            case
                when basis.value_basis = 'margin' then valued.net_amount - valued.cost_amount else valued.net_amount
            end as decimal(18, 6)
        ) as value,
        basis.value_basis,
        valued.is_credit,
        valued.promo_code is not null as is_promo
    from {{ ref('int_orders__valued') }} as valued
    inner join
        {{ ref('int_customers__resolved') }} as resolved
        on valued.customer_key = resolved.customer_key and valued._source = resolved.source
    cross join basis
    where valued.is_in_company_currency

),

-- month-ends with an order that was cancelled later
changed as (

    select distinct orders.customer_id, months.month_number
    from orders
    inner join {{ ref('int_month_ends') }} as months
        on months.month_number >= orders.month_number and months.month_number < orders.cancelled_month_number

)

select
    orders.customer_id,
    0 as timeline,
    orders._key,
    orders.order_id,
    orders._source,
    orders.ordered_date,
    orders.month_number,
    orders.revenue, orders.margin, orders.value, orders.value_basis, orders.is_credit, orders.is_promo
from orders
where orders.cancelled_month_number is null
union all
select
    orders.customer_id,
    changed.month_number,
    orders._key,
    orders.order_id,
    orders._source,
    orders.ordered_date,
    orders.month_number,
    orders.revenue, orders.margin, orders.value, orders.value_basis, orders.is_credit, orders.is_promo
from orders
inner join changed on orders.customer_id = changed.customer_id
where
    orders.month_number <= changed.month_number
    and coalesce(orders.cancelled_month_number > changed.month_number, true)
