{{ config(materialized='table') }}

-- One row per journey and event that begins or ends one of its phases. thread_key is the order or customer whose
-- instance it can belong to; null: the event has none, so the journey cannot follow it.
with placed as (

    select events.*, map.touchpoint_id
    from {{ ref('int_customer_events') }} as events
    {{ join_event_map('events') }}

),

-- several equal events of one order on one day at one touchpoint (two parcels, three returned lines) count once
folded as (

    select
        event_type,
        touchpoint_id,
        event_date,
        min(event_key) as event_key,
        min(occurred_at) as occurred_at,
        min(order_key) as order_key,
        min(customer_id) as customer_id
    from placed
    where touchpoint_id is not null
    group by
        event_type,
        touchpoint_id,
        event_date,
        case when left(event_type, 8) = 'contact_' then event_key else coalesce(order_key, event_key) end

),

categories as (

    select categories.journey_id, orders._key as order_key
    from {{ source('company_folder', 'journey_categories') }} as categories
    inner join {{ ref('int_order_lines') }} as lines using (category)
    inner join {{ ref('int_orders') }} as orders on lines.order_id = orders.order_id
    group by categories.journey_id, orders._key

),

phase_events as (

    select distinct journey_id, event_order, event_type, touchpoint_id
    from {{ source('company_folder', 'phase_events') }}

),

fitting as (

    select phase_events.journey_id, phase_events.event_order, folded.*
    from folded
    inner join phase_events using (event_type, touchpoint_id)

),

about as (

    select
        fitting.*,
        journeys.gap_days,
        case when journeys.follows = 'order' then fitting.order_key else fitting.customer_id end as thread_key
    from fitting
    inner join {{ source('company_folder', 'journeys') }} as journeys using (journey_id)
    left join categories on fitting.journey_id = categories.journey_id and fitting.order_key = categories.order_key
    where
        fitting.order_key is null
        or categories.order_key is not null
        or fitting.journey_id not in (select journey_id from {{ source('company_folder', 'journey_categories') }})

),

spaced as (

    select
        *,
        lag(event_date)
            over (partition by journey_id, thread_key order by occurred_at, event_order, event_key)
            as previous_date
    from about

)

select
    journey_id,
    thread_key,
    event_key,
    event_type,
    event_order,
    touchpoint_id,
    occurred_at,
    event_date,
    order_key,
    customer_id,
    case
        when thread_key is not null then
            sum(
                case
                    when
                        previous_date is null or {{ date_distance('previous_date', 'event_date') }} > gap_days
                        then 1 else
                        0
                end
            )
                over (
                    partition by journey_id, thread_key
                    order by occurred_at, event_order, event_key rows unbounded preceding
                )
    end as stretch_number
from spaced
