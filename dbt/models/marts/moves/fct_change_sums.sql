-- One row per started change, KPI and touchpoint in its scope, and dimension value: sums above and below the line in
-- the weeks judged and in those before.
with windows as (

    select windows.*, kpis.denominator_scope
    from {{ ref('dim_change_windows') }} as windows
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    where windows.reason is null

),

days as (

    select
        windows.*,
        days.dimension_set,
        coalesce(days.channel, days.supplier_id, days.segment) as member,
        days.kpi_version,
        days.local_date,
        days.numerator,
        days.denominator
    from windows
    inner join {{ ref('fct_kpi_days') }} as days
        on
            windows.kpi_id = days.kpi_id
            and windows.touchpoint_id = days.touchpoint_id
            and days.scope_kind = 'touchpoint'
            and days.dimension_set <> 'other_supplier'
    where {{ is_compared('days.local_date', 'windows') }}

),

-- what the whole company counted stands beside every channel and supplier of a touchpoint; what one segment's customers
-- did beside that segment
places as (

    select distinct kpi_id, touchpoint_id, dimension_set, coalesce(channel, supplier_id, segment) as member, segment
    from {{ ref('fct_kpi_days') }}
    where
        scope_kind = 'touchpoint'
        and dimension_set <> 'other_supplier'
        and kpi_id in (select kpi_id from windows where denominator_scope = 'company')

),

company_days as (

    select
        windows.*,
        places.dimension_set,
        places.member,
        company.kpi_version,
        company.period_start as local_date,
        0 as numerator,
        company.denominator
    from windows
    inner join places using (kpi_id, touchpoint_id)
    inner join {{ ref('fct_company_denominators') }} as company
        on
            windows.kpi_id = company.kpi_id
            and company.grain = 'day'
            and company.is_of_segment = (places.dimension_set = 'segment')
            and company.segment is not distinct from places.segment
    where {{ is_compared('company.period_start', 'windows') }}

),

placed as (

    select *, local_date >= period_start as is_after
    from (
        select * from days
        union all
        select * from company_days
    ) as both_days

)

select
    change_id, kpi_id, touchpoint_id, dimension_set, member,
    -- rounded as fct_kpi_sums is: the order of adding must not show
    round(sum(case when is_after then 0 else numerator end), 6) as numerator_before,
    sum(case when is_after then 0 else denominator end) as denominator_before,
    round(sum(case when is_after then numerator else 0 end), 6) as numerator_after,
    sum(case when is_after then denominator else 0 end) as denominator_after,
    min(kpi_version) as first_kpi_version,
    max(kpi_version) as kpi_version
from placed
group by change_id, kpi_id, touchpoint_id, dimension_set, member
