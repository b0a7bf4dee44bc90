-- One row: the build shown, and what it counted.
select
    build.build_id,
    build.built_at,
    (select max(local_date) from {{ ref('fct_daily_measures') }}) as data_until,
    (select sum(events_count) from {{ ref('fct_event_days') }}) as events_count,
    (select coalesce(sum(events_count), 0) from {{ ref('fct_event_days') }} where touchpoint_id = 'unmapped') as unmapped_count,
    (select count(*) from {{ ref('int_contacts__matched') }}) as contacts_count,
    (select count(*) from {{ ref('int_contacts__matched') }} where customer_id is null) as unmatched_contacts_count,
    (select coalesce(sum(foreign_currency_orders_count), 0) from {{ ref('int_orders_daily') }}) as foreign_currency_orders_count,
    (select coalesce(sum(other_scale_count), 0) from {{ ref('int_answers_daily') }}) as other_scale_answers_count
from {{ source('company_folder', 'build') }} as build
