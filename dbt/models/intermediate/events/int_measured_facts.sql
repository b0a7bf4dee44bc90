-- Every fact in long form, before touchpoints are known: what was counted, on which day, by which kind of event.
with orders as (

    select
        'orders' as fact, 'order_placed' as event_type, source, channel, payment_method,
        cast(null as varchar) as queue, cast(null as varchar) as topic, cast(null as varchar) as carrier, cast(null as varchar) as supplier_id,
        cast(null as varchar) as touchpoint_id, false as is_relationship, event_date,
        kept_orders_count, orders_count, net_revenue_total, net_revenue_total_sq, net_revenue_total_cube
    from {{ ref('int_orders_daily') }}

),

visited_channels as (

    select channel, min(event_date) as first_date from {{ ref('int_visits_daily') }} group by channel

),

orders_from_visits as (

    select
        orders.fact, 'visit' as event_type, cast(null as varchar) as source, orders.channel, cast(null as varchar) as payment_method,
        orders.queue, orders.topic, orders.carrier, orders.supplier_id,
        orders.touchpoint_id, orders.is_relationship, orders.event_date, sum(orders.orders_count) as orders_count
    from orders
    inner join visited_channels on orders.channel = visited_channels.channel and orders.event_date >= visited_channels.first_date
    group by all

),

visits as (

    select
        'visits' as fact, 'visit' as event_type, source, channel, cast(null as varchar) as payment_method,
        cast(null as varchar) as queue, cast(null as varchar) as topic, cast(null as varchar) as carrier, cast(null as varchar) as supplier_id,
        cast(null as varchar) as touchpoint_id, false as is_relationship, event_date, sessions_count
    from {{ ref('int_visits_daily') }}

),

contacts as (

    select
        'contacts' as fact, 'contact_' || channel as event_type, source, channel, cast(null as varchar) as payment_method,
        queue, topic, cast(null as varchar) as carrier, cast(null as varchar) as supplier_id,
        cast(null as varchar) as touchpoint_id, false as is_relationship, event_date,
        contacts_about_orders_count, answered_count, wait_seconds_total, wait_seconds_total_sq, wait_seconds_total_cube, abandoned_long_count, offered_net_count
    from {{ ref('int_contacts_daily') }}

),

deliveries as (

    select
        'deliveries' as fact, 'delivered' as event_type, source, cast(null as varchar) as channel, cast(null as varchar) as payment_method,
        cast(null as varchar) as queue, cast(null as varchar) as topic, carrier, supplier_id,
        cast(null as varchar) as touchpoint_id, false as is_relationship, event_date, deliveries_count, on_time_count
    from {{ ref('int_deliveries_daily') }}

),

answers as (

    select
        'answers' as fact, coalesce(event_type, 'survey') as event_type, source, channel, payment_method, queue, topic, carrier, supplier_id,
        touchpoint_id, attributed_by = 'relationship' as is_relationship, event_date,
        nps_answers_count, nps_points_total, nps_points_total_sq, csat_answers_count, csat_satisfied_count,
        ces_answers_count, ces_easy_count, ces_score_total, ces_score_total_sq, ces_score_total_cube
    from {{ ref('int_answers_daily') }}

)

{{ measure_rows('orders', 'net_revenue', 'kept_orders_count', 'net_revenue_total', 'net_revenue_total_sq', 'net_revenue_total_cube') }}
union all
{{ measure_rows('orders', 'orders_valued', 'kept_orders_count') }}
union all
{{ measure_rows('orders', 'orders_placed', 'orders_count') }}
union all
{{ measure_rows('orders_from_visits', 'orders_from_visits', 'orders_count') }}
union all
{{ measure_rows('visits', 'sessions', 'sessions_count') }}
union all
{{ measure_rows('contacts', 'contacts_about_orders', 'contacts_about_orders_count') }}
union all
{{ measure_rows('contacts', 'contacts_answered', 'answered_count') }}
union all
{{ measure_rows('contacts', 'wait_seconds', 'answered_count', 'wait_seconds_total', 'wait_seconds_total_sq', 'wait_seconds_total_cube') }}
union all
{{ measure_rows('contacts', 'contacts_abandoned_long', 'abandoned_long_count') }}
union all
{{ measure_rows('contacts', 'contacts_offered_net', 'offered_net_count') }}
union all
{{ measure_rows('deliveries', 'deliveries_due', 'deliveries_count') }}
union all
{{ measure_rows('deliveries', 'deliveries_on_time', 'on_time_count') }}
union all
{{ measure_rows('answers', 'nps_answers', 'nps_answers_count') }}
union all
{{ measure_rows('answers', 'nps_points', 'nps_answers_count', 'nps_points_total', 'nps_points_total_sq') }}
union all
{{ measure_rows('answers', 'csat_answers', 'csat_answers_count') }}
union all
{{ measure_rows('answers', 'csat_satisfied', 'csat_satisfied_count') }}
union all
{{ measure_rows('answers', 'ces_answers', 'ces_answers_count') }}
union all
{{ measure_rows('answers', 'ces_easy', 'ces_easy_count') }}
union all
{{ measure_rows('answers', 'ces_score', 'ces_answers_count', 'ces_score_total', 'ces_score_total_sq', 'ces_score_total_cube') }}
