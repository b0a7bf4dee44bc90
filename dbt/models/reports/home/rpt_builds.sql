-- One row: the build shown, and what it counted.
select
    build.build_id,
    build.built_at,
    (select max(name) from {{ source('company_folder', 'company') }}) as company_name,
    (select min(local_date) from {{ ref('fct_daily_measures') }}) as data_since,
    (select max(local_date) from {{ ref('fct_daily_measures') }}) as data_until,
    (select cast(coalesce(sum(events_count), 0) as bigint) from {{ ref('fct_event_days') }}) as events_count,
    (
        select cast(coalesce(sum(events_count), 0) as bigint)
        from {{ ref('fct_event_days') }}
        where touchpoint_id = 'unmapped'
    )
        as unmapped_count,
    (select count(*) from {{ ref('int_contacts__matched') }}) as contacts_count,
    (select count(*) from {{ ref('int_contacts__matched') }} where customer_id is null) as unmatched_contacts_count,
    (select cast(coalesce(sum(foreign_currency_orders_count), 0) as bigint) from {{ ref('int_orders_daily') }}
    ) as foreign_currency_orders_count,
    (select cast(coalesce(sum(other_scale_count), 0) as bigint) from {{ ref('int_answers_daily') }}
    ) as other_scale_answers_count
from {{ source('company_folder', 'build') }} as build
