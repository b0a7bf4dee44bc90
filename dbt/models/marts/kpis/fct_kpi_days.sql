{{ config(materialized='parted', parts='fct_day_fingerprints', part_columns=['local_date']) }}
-- depends_on: {{ ref('fct_day_fingerprints') }}
-- Numerator and denominator of every KPI per day, scope and dimension value; still additive. Each day uses the KPI
-- version valid on it. dimension_set supplier has the suppliers that are followed, and the others as one;
-- other_supplier has each of these, for their windows only.
with kpis as (

    select
        versions.*,
        -- only KPIs whose numerator and denominator have customers are split by segment
        numerators.has_segments and denominators.has_segments as has_segments
    from {{ ref('dim_kpi_versions') }} as versions
    inner join {{ ref('dim_measures') }} as numerators on versions.numerator_measure = numerators.measure_id
    inner join {{ ref('dim_measures') }} as denominators on versions.denominator_measure = denominators.measure_id
    -- a KPI that needs what no source delivers has no figure: what is not delivered is not 0
    where versions.is_measurable

),

-- a supplier that never delivered (it is only asked about) is in no list of suppliers, and counts by itself
measures as (

    select measures.*, coalesce(suppliers.is_followed, true) as is_followed
    from {{ ref('fct_daily_measures') }} as measures
    left join {{ ref('dim_suppliers') }} as suppliers on measures.supplier_id = suppliers.supplier_id
    where {{ in_made_parts(['measures.local_date']) }}

),

sides as (

    select
        kpis.kpi_id,
        kpis.version as kpi_version,
        kpis.has_journeys,
        measures.local_date, measures.touchpoint_id, measures.channel, measures.supplier_id, measures.is_followed,
        case when kpis.has_segments then measures.segment end as segment,
        measures.total as numerator,
        measures.total_sq as numerator_sq,
        measures.total_cube as numerator_cube,
        cast(0 as double) as denominator
    from kpis
    inner join measures
        on
            kpis.numerator_measure = measures.measure_id
            and measures.local_date >= kpis.first_date
            and measures.local_date < kpis.until_date
    union all
    select
        kpis.kpi_id,
        kpis.version as kpi_version,
        kpis.has_journeys,
        measures.local_date, measures.touchpoint_id, measures.channel, measures.supplier_id, measures.is_followed,
        case when kpis.has_segments then measures.segment end, 0, 0, 0, measures.total
    from kpis
    inner join measures
        on
            kpis.denominator_measure = measures.measure_id
            and measures.local_date >= kpis.first_date
            and measures.local_date < kpis.until_date
    where kpis.denominator_scope = 'same'

),

scoped as (

    select
        'company' as scope_kind,
        cast(null as varchar) as journey_id,
        cast(null as varchar) as phase_id,
        cast(null as varchar) as scope_touchpoint_id,
        cast(null as varchar) as component_id,
        sides.*
    from sides
    left join {{ ref('dim_relationship_kpis') }} as relationships using (kpi_id)
    where relationships.kpi_id is null or sides.touchpoint_id is null
    union all
    select scopes.scope_kind, scopes.journey_id, scopes.phase_id, scopes.touchpoint_id, scopes.component_id, sides.*
    from sides
    inner join {{ ref('dim_scopes') }} as scopes
        on
            sides.touchpoint_id = scopes.member_touchpoint_id
            and coalesce(scopes.kpi_id, sides.kpi_id) = sides.kpi_id
            and coalesce(scopes.member_supplier_id, sides.supplier_id) is not distinct from sides.supplier_id
            and (sides.has_journeys or scopes.scope_kind not in ('journey', 'phase'))

),

suppliers_split as (

    select
        *,
        case when supplier_id is not null and not is_followed then '{{ other_suppliers() }}' else supplier_id end
            as followed_supplier,
        case when not is_followed and scope_kind in ('company', 'touchpoint') then supplier_id end as other_supplier
    from scoped

),

split as (

    select
        kpi_id,
        max(kpi_version) as kpi_version,
        scope_kind,
        journey_id,
        phase_id,
        scope_touchpoint_id as touchpoint_id,
        component_id,
        case
            when grouping(channel) = 0 then 'channel'
            when grouping(followed_supplier) = 0 then 'supplier'
            when grouping(other_supplier) = 0 then 'other_supplier'
            when grouping(segment) = 0 then 'segment'
            else 'total'
        end as dimension_set,
        channel, coalesce(followed_supplier, other_supplier) as supplier_id, segment, local_date,
        round(sum(numerator), 6) as numerator,
        sum(numerator_sq) as numerator_sq,
        sum(numerator_cube) as numerator_cube,
        sum(denominator) as denominator
    from suppliers_split
    group by grouping sets (
        (kpi_id, scope_kind, journey_id, phase_id, scope_touchpoint_id, component_id, local_date),
        (kpi_id, scope_kind, journey_id, phase_id, scope_touchpoint_id, component_id, local_date, channel),
        (kpi_id, scope_kind, journey_id, phase_id, scope_touchpoint_id, component_id, local_date, followed_supplier),
        (kpi_id, scope_kind, journey_id, phase_id, scope_touchpoint_id, component_id, local_date, other_supplier),
        (kpi_id, scope_kind, journey_id, phase_id, scope_touchpoint_id, component_id, local_date, segment)
    )

)

select *
from split
where
    (scope_kind <> 'component' or dimension_set = 'total')
    and (dimension_set <> 'channel' or channel is not null)
    and (dimension_set not in ('supplier', 'other_supplier') or supplier_id is not null)
    and (dimension_set <> 'segment' or segment is not null)
