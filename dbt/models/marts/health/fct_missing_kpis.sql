-- One row per KPI without any value that a touchpoint declares, or that the company could have: not measurable, or no
-- data.
with declared as (

    select
        targets.kpi_id, targets.touchpoint_id, touchpoints.owner_department,
        coalesce(targets.not_measured_reason, touchpoints.not_measured_reason) as not_measured_reason, targets.target
    from {{ source('company_folder', 'touchpoint_kpis') }} as targets
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    union all
    select kpi_id, cast(null as varchar), cast(null as varchar), cast(null as varchar), cast(null as double)
    from {{ ref('dim_kpis') }}

),

valued as (

    select distinct kpi_id, touchpoint_id, scope_kind
    from {{ ref('fct_touchpoint_kpis') }}
    where grain = 'total' and dimension_set = 'total' and scope_kind in ('touchpoint', 'company')

)

select
    declared.kpi_id,
    declared.touchpoint_id,
    declared.owner_department,
    (select min(local_date) from {{ ref('fct_daily_measures') }}) as period_start,
    declared.target,
    case when kpis.is_measurable and declared.not_measured_reason is null then 'no_data' else 'not_measurable' end
        as status,
    coalesce(
        'not measured: ' || declared.not_measured_reason,
        kpis.not_measurable_reason,
        'no event that is counted at this touchpoint carries it'
    ) as reason,
    kpis.unit,
    kpis.direction
from declared
inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
left join valued
    on
        declared.kpi_id = valued.kpi_id
        and declared.touchpoint_id is not distinct from valued.touchpoint_id
        and valued.scope_kind = case when declared.touchpoint_id is null then 'company' else 'touchpoint' end
where valued.kpi_id is null
