{{ config(materialized='parted', parts='fct_fact_fingerprints', part_columns=['local_date']) }}
-- depends_on: {{ ref('fct_fact_fingerprints') }}
-- One row per measure, day, touchpoint, channel, supplier, segment and segment a month earlier. touchpoint_id null:
-- belongs to the company as a whole; 'unmapped': no touchpoint claims the event. For queries of the semantic layer:
-- counts_for_company is false for answers about a touchpoint where others are about the company; unmeasured_kpis names
-- the KPIs that need what no source delivers.
{% set metrics = graph.metrics.values() if execute else [] %}
with unmeasured as (

    select coalesce('|' || string_agg(distinct kpi_id, '|' order by kpi_id) || '|', '') as kpis
    from (
        {% for kpi in metrics | selectattr('config.meta.kind', 'equalto', 'kpi') | sort(attribute='name') %}
        {%- for measure in [kpi.type_params.numerator.name, kpi.type_params.denominator.name] %}
        select '{{ kpi.name }}' as kpi_id, '{{ measure }}' as measure_id
        union all
        {%- endfor %}
        {%- endfor %}
        select cast(null as varchar), cast(null as varchar) where false
    ) as sides
    where measure_id in (select measure_id from {{ ref('int_measure_needs') }} where not is_delivered)

),

placed as (

    select
        facts.measure_id,
        facts.fact,
        facts.event_date as local_date,
        case
            when facts.is_relationship then null
            else coalesce(facts.touchpoint_id, map.touchpoint_id, 'unmapped')
        end as touchpoint_id,
        facts.channel,
        facts.supplier_id,
        facts.segment,
        facts.segment_before,
        facts.n,
        facts.total,
        facts.total_sq,
        facts.total_cube
    from {{ ref('int_measured_facts') }} as facts
    {{ join_event_map('facts') }}
    where {{ in_made_parts(['facts.event_date']) }}
    union all
    select
        measure_id, fact, event_date, touchpoint_id, channel, supplier_id, segment, segment_before,
        n, total, total_sq, total_cube
    from {{ ref('int_placed_facts') }} as facts
    where {{ in_made_parts(['facts.event_date']) }}

),

bounded as (

    select placed.*
    from placed
    inner join {{ ref('dim_measure_bounds') }} as bounds
        on
            placed.measure_id = bounds.measure_id
            and placed.local_date >= bounds.first_date
            and placed.local_date < bounds.until_date

),

summed as (

    select
        measure_id, fact, local_date, touchpoint_id, channel, supplier_id, segment, segment_before,
        cast(sum(n) as bigint) as n,
        -- amounts are multiples of a millionth: sums are rounded, so that they do not depend on the order of the rows
        round(sum(total), 6) as total,
        sum(total_sq) as total_sq,
        sum(total_cube) as total_cube
    from bounded
    group by measure_id, fact, local_date, touchpoint_id, channel, supplier_id, segment, segment_before

)

select
    concat_ws(
        '|',
        summed.measure_id,
        summed.local_date,
        coalesce(summed.touchpoint_id, '-'),
        coalesce(summed.channel, '-'),
        coalesce(summed.supplier_id, '-'),
        coalesce(summed.segment, '-'),
        coalesce(summed.segment_before, '-')
    ) as daily_measure_id,
    summed.*,
    summed.touchpoint_id is null or not bounds.has_company_answers as counts_for_company,
    unmeasured.kpis as unmeasured_kpis
from summed
inner join {{ ref('dim_measure_bounds') }} as bounds using (measure_id)
cross join unmeasured
