{{ config(materialized='parted', parts='fct_day_fingerprints', part_columns=['local_date']) }}
-- depends_on: {{ ref('fct_day_fingerprints') }}
-- Numerator and denominator of every KPI per day, scope and dimension value; still additive. Each day uses the KPI
-- version valid on it. dimension_set supplier has the suppliers that are followed, and the others as one;
-- other_supplier has each of these, for their windows only.
with kpis as (

    select
        versions.*,
        dense_rank() over (order by versions.kpi_id) as kpi_number,
        -- only KPIs whose numerator and denominator have customers are split by segment
        numerators.has_segments and denominators.has_segments as has_segments,
        versions.kpi_id in (select kpi_id from {{ ref('dim_relationship_kpis') }}) as has_company_answers
    from {{ ref('dim_kpi_versions') }} as versions
    inner join {{ ref('dim_measures') }} as numerators on versions.numerator_measure = numerators.measure_id
    inner join {{ ref('dim_measures') }} as denominators on versions.denominator_measure = denominators.measure_id
    -- a KPI that needs what no source delivers has no figure: what is not delivered is not 0
    where versions.is_measurable

),

-- scopes have numbers, because numbers are grouped faster than the names of their parts; the company is 0
members as (

    select
        scopes.*,
        kpis.kpi_number,
        dense_rank() over (
            order by
                scopes.scope_kind, scopes.journey_id, scopes.phase_id, scopes.touchpoint_id, scopes.component_id
        ) as scope_number
    from {{ ref('dim_scopes') }} as scopes
    left join (select distinct kpi_id, kpi_number from kpis) as kpis on scopes.kpi_id = kpis.kpi_id
    where scopes.kpi_id is null or kpis.kpi_id is not null

),

scopes as (

    select distinct scope_number, scope_kind, journey_id, phase_id, touchpoint_id, component_id from members
    union all
    select 0, 'company', null, null, null, null

),

-- a supplier that never delivered (it is only asked about) is in no list of suppliers, and counts by itself
measures as (

    select measures.*, coalesce(suppliers.is_followed, true) as is_followed
    from {{ ref('fct_daily_measures') }} as measures
    left join {{ ref('dim_suppliers') }} as suppliers on measures.supplier_id = suppliers.supplier_id
    where {{ in_made_parts(['measures.local_date']) }}

),

sides as (

    {% for side in ['numerator', 'denominator'] %}
    select
        kpis.kpi_number, kpis.version, kpis.has_journeys, kpis.has_company_answers,
        measures.local_date, measures.touchpoint_id, measures.channel, measures.supplier_id, measures.is_followed,
        case when kpis.has_segments then measures.segment end as segment,
        {% if side == 'numerator' %}
        measures.total as numerator,
        measures.total_sq as numerator_sq,
        measures.total_cube as numerator_cube,
        cast(0 as double) as denominator
        {% else %}
        0, 0, 0, measures.total
        {% endif %}
    from kpis
    inner join measures
        on
            kpis.{{ side }}_measure = measures.measure_id
            and measures.local_date >= kpis.first_date
            and measures.local_date < kpis.until_date
    {% if side == 'numerator' %}union all{% else %}where kpis.denominator_scope = 'same'{% endif %}
    {% endfor %}

),

scoped as (

    select 0 as scope_number, 'company' as scope_kind, sides.*
    from sides
    where not sides.has_company_answers or sides.touchpoint_id is null
    union all
    select members.scope_number, members.scope_kind, sides.*
    from sides
    inner join members
        on
            sides.touchpoint_id = members.member_touchpoint_id
            and coalesce(members.kpi_number, sides.kpi_number) = sides.kpi_number
            and coalesce(members.member_supplier_id, sides.supplier_id) is not distinct from sides.supplier_id
            and (sides.has_journeys or members.scope_kind not in ('journey', 'phase'))

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
        kpi_number,
        max(version) as kpi_version,
        scope_number,
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
        (kpi_number, scope_number, local_date),
        (kpi_number, scope_number, local_date, channel),
        (kpi_number, scope_number, local_date, followed_supplier),
        (kpi_number, scope_number, local_date, other_supplier),
        (kpi_number, scope_number, local_date, segment)
    )

)

select
    names.kpi_id, split.kpi_version,
    scopes.scope_kind, scopes.journey_id, scopes.phase_id, scopes.touchpoint_id, scopes.component_id,
    split.dimension_set, split.channel, split.supplier_id, split.segment, split.local_date,
    split.numerator, split.numerator_sq, split.numerator_cube, split.denominator
from split
inner join scopes on split.scope_number = scopes.scope_number
inner join (select distinct kpi_id, kpi_number from kpis) as names on split.kpi_number = names.kpi_number
where
    (scopes.scope_kind <> 'component' or split.dimension_set = 'total')
    and (split.dimension_set <> 'channel' or split.channel is not null)
    and (split.dimension_set not in ('supplier', 'other_supplier') or split.supplier_id is not null)
    and (split.dimension_set <> 'segment' or split.segment is not null)
