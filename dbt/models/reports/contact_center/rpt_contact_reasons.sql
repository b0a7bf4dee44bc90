-- One row per month of the last 25, channel (or all) and topic: contacts, per 100 orders, and how many the same
-- customer followed up within seven days.
with outcomes as (

    select
        cast(date_trunc('month', event_date) as date) as month_start,
        channel,
        coalesce(topic, 'unknown') as topic,
        customer_id is not null and event_date < followed.until_date - 7 as is_followable,
        is_followed
    from {{ ref('int_contact_outcomes') }}
    cross join
        (select max(until_date) as until_date from {{ ref('int_fact_coverage') }} where fact = 'contacts') as followed
    where event_date >= date_trunc('month', followed.until_date - 1) - interval 24 month

),

reasons as (

    select
        month_start,
        case when grouping(channel) = 0 then channel else 'all' end as channel,
        topic,
        count(*) as contacts_count,
        count(*) filter (where is_followable) as followable_count,
        count(*) filter (where is_followable and is_followed) as followed_count
    from outcomes
    group by grouping sets ((month_start, topic), (month_start, channel, topic))

),

orders as (

    select cast(date_trunc('month', local_date) as date) as month_start, sum(total) as orders_count
    from {{ ref('fct_daily_measures') }}
    where measure_id = 'orders_placed'
    group by month_start

),

compared as (

    select
        reasons.*,
        orders.orders_count,
        100 * reasons.contacts_count / nullif(orders.orders_count, 0) as contacts_per_100_orders,
        reasons.contacts_count
        / sum(reasons.contacts_count) over (partition by reasons.month_start, reasons.channel) as contacts_share,
        case when reasons.followable_count >= 5 then reasons.followed_count / reasons.followable_count end
            as repeat_share,
        dense_rank() over (order by reasons.month_start desc) as months_back,
        100 * reasons.contacts_count / max(reasons.contacts_count) over (partition by reasons.channel) as bar_percent
    from reasons
    left join orders using (month_start)

)

select
    month_start,
    strftime(month_start, '%B %Y') as month_text,
    months_back,
    channel,
    compared.topic,
    coalesce(
        topics.topic_name, upper(compared.topic[1]) || replace(substr(compared.topic, 2), '_', ' ')
    ) as topic_name,
    contacts_count,
    contacts_share,
    round(bar_percent, 1) as bar_percent,
    cast(orders_count as bigint) as orders_count,
    contacts_per_100_orders,
    followable_count,
    repeat_share,
    row_number() over (partition by month_start, channel order by contacts_count desc, compared.topic) as position,
    printf('%.1f %%', 100 * contacts_share) as contacts_share_text,
    coalesce(printf('%.2f', contacts_per_100_orders), 'no orders') as contacts_per_100_orders_text,
    coalesce(
        printf('%.1f %%', 100 * repeat_share),
        case when followable_count = 0 then 'not known yet' else 'fewer than 5' end
    ) as repeat_share_text
from compared
left join {{ source('company_folder', 'topics') }} as topics on compared.topic = topics.topic
