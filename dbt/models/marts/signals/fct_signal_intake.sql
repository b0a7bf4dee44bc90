-- One row per source table, or the company, measure and day, what goes wrong on its way in: rejected rows of each
-- source table, cancelled orders, events that no touchpoint claims.
{% set models = [] %}
{% for contract, names in var('contract_models').items() %}{% for name in names %}{% do models.append((contract, name)) %}{% endfor %}{% endfor %}
with rows_in as (

    {% for contract in models | map(attribute=0) | unique %}
    select
        '{{ contract }}' as contract, staged._source as source, staged._table as table_name, staged._window_date as event_date,
        sum(case when staged._rejected_reason is null then 0 else staged._lake_rows end) as rejected, sum(staged._lake_rows) as arrived
    from {{ ref('int_' ~ contract ~ '__staged') }} as staged
    cross join {{ ref('dim_signal_span') }} as span
    where staged._window_date between span.first_date and span.last_date
    group by all
    union all
    {% endfor %}
    select 'landing' as contract, landing.source, landing.table_name, landing._window_date as event_date, count(*) as rejected, count(*) as arrived
    from {{ source('landing', 'rejected_rows') }} as landing
    cross join {{ ref('dim_signal_span') }} as span
    where landing._window_date between span.first_date and span.last_date
    group by all

),

-- a table that feeds several contracts is one table
tables as (

    select
        source, table_name, event_date,
        max(case when contract = 'landing' then 0 else rejected end) + max(case when contract = 'landing' then rejected else 0 end) as rejected,
        max(case when contract = 'landing' then 0 else arrived end) + max(case when contract = 'landing' then arrived else 0 end) as arrived
    from rows_in
    group by source, table_name, event_date

),

events as (

    select
        local_date,
        sum(case when event_type = 'order_cancelled' then events_count else 0 end) as cancelled,
        sum(case when event_type = 'order_placed' then events_count else 0 end) as placed,
        sum(case when touchpoint_id = 'unmapped' then events_count else 0 end) as unmapped,
        sum(events_count) as events_count
    from {{ ref('fct_event_days') }}
    group by local_date

),

counted as (

    select
        'table' as subject_kind, source || '.' || table_name as subject_id,
        'Rows of ' || replace(table_name, '_', ' ') || ' (' || replace(source, '_', ' ') || ')' as subject_name, 'rejected_rows' as measure_id, event_date as local_date, rejected as numerator, arrived as denominator
    from tables
    union all
    select
        'company', 'orders', 'Orders', 'cancelled_orders', local_date, cancelled, placed
    from events
    where exists (select 1 from events where placed > 0)
    union all
    select
        'company', 'events', 'Events', 'unmapped_events', local_date, unmapped, events_count
    from events

)

select
    'intake_errors' as signal_id, counted.subject_kind, counted.subject_id, counted.subject_name,
    counted.measure_id, span.last_date,
    counted.local_date, cast(counted.numerator as double) as numerator, 0.0 as numerator_sq, cast(counted.denominator as double) as denominator
from counted
cross join {{ ref('dim_signal_span') }} as span
where counted.local_date between span.first_date and span.last_date
