-- One row per touchpoint whose events never occur, and per KPI of a touchpoint that never had a value. It is a hole,
-- unless its sources have just begun.
{% set first_days = 28 %}
with history as (

    select max(window_end) as until_date, max(window_end) - min(window_start) as days_count
    from {{ source('landing', 'landing_log') }}
    where status = 'landed'

),

occurring as (

    select distinct touchpoint_id from {{ ref('fct_event_days') }}

),

silent as (

    select
        rules.touchpoint_id,
        string_agg(distinct rules.event_type, ', ' order by rules.event_type) as events,
        min(ages.days_count) as days_count,
        string_agg(distinct ages.not_landed, ', ') as not_landed
    from {{ source('company_folder', 'event_rules') }} as rules
    cross join history
    left join {{ ref('fct_contract_ages') }} as ages
        on ages.contract = case
            when rules.event_type like 'order_%' then 'orders'
            when rules.event_type like 'contact_%' then 'contacts'
            when rules.event_type = 'visit' then 'visits'
            when rules.event_type = 'returned' then 'order_lines'
            when rules.event_type = 'delivery_attempted' then 'delivery_events'
            else 'deliveries'
        end
    where
        rules.touchpoint_id not in (select touchpoint_id from occurring)
        and coalesce(rules.valid_from < history.until_date, true)
    group by rules.touchpoint_id

),

valueless as (

    select
        targets.touchpoint_id,
        targets.kpi_id,
        any_value(kpis.not_measurable_reason) as reason,
        coalesce(any_value(kpis.maturity_days), 0) as maturity_days,
        min(ages.days_count) as days_count,
        string_agg(distinct ages.not_landed, ', ') as not_landed
    from {{ source('company_folder', 'touchpoint_kpis') }} as targets
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    left join
        {{ ref('int_measure_needs') }} as needs
        on needs.measure_id in (kpis.numerator_measure, kpis.denominator_measure)
    left join {{ ref('fct_contract_ages') }} as ages on split_part(needs.need, '.', 1) = ages.contract
    where
        targets.not_measured_reason is null
        and targets.touchpoint_id not in (select touchpoint_id from silent)
        and not exists (
            select 1 from {{ ref('fct_kpi_days') }} as days
            where
                days.kpi_id = targets.kpi_id
                and days.touchpoint_id = targets.touchpoint_id
                and days.scope_kind = 'touchpoint'
        )
    group by targets.touchpoint_id, targets.kpi_id

),

lacking as (

    select
        touchpoint_id,
        cast(null as varchar) as kpi_id,
        'none of its events (' || events || ') ever occurs' as lack,
        cast(null as varchar) as reason,
        'correct `events` in touchpoints.yml, or say why under `not_measured`' as advice,
        days_count,
        0 as maturity_days,
        not_landed
    from silent
    union all
    select
        touchpoint_id,
        kpi_id,
        'KPI ' || kpi_id || ' never had a value',
        coalesce(reason, 'no event or answer of the touchpoint carries it'),
        'bring the data, correct `events` or `surveys` in touchpoints.yml, or say why under the KPI''s `not_measured`',
        days_count,
        maturity_days,
        not_landed
    from valueless

)

select
    lacking.touchpoint_id,
    lacking.kpi_id,
    lacking.not_landed is null
    and coalesce(lacking.days_count, history.days_count, 0) >= {{ first_days }} + lacking.maturity_days as is_hole,
    'touchpoint '
    || lacking.touchpoint_id
    || ': '
    || lacking.lack
    || coalesce(' (' || lacking.reason || ')', '')
    || case
        when lacking.not_landed is not null then '; not landed yet: ' || lacking.not_landed || ' (cxhouse ingest)'
        when coalesce(lacking.days_count, history.days_count, 0) < {{ first_days }} + lacking.maturity_days
            then
                '; after '
                || ({{ first_days }} + lacking.maturity_days)
                || ' days of data this stops the build ('
                || coalesce(lacking.days_count, history.days_count, 0)
                || ' so far)'
        else ' in ' || coalesce(lacking.days_count, history.days_count, 0) || ' days of data'
    end || '; ' || lacking.advice as message
from lacking
inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
cross join history
where touchpoints.not_measured_reason is null
