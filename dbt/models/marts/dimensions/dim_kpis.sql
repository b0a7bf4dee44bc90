-- One row per KPI version of the semantic layer, with whether this company can measure it.
{% set kpis = graph.metrics.values() | selectattr('config.meta.kind', 'equalto', 'kpi') | sort(attribute='name') | list if execute else [] %}
with defined as (

    {% for kpi in kpis %}
    select
        '{{ kpi.name }}' as kpi_id,
        '{{ kpi.label | replace("'", "''") }}' as kpi_name,
        '{{ kpi.description | replace("'", "''") }}' as description,
        '{{ kpi.type_params.numerator.name }}' as numerator_measure,
        '{{ kpi.type_params.denominator.name }}' as denominator_measure,
        '{{ kpi.config.meta.unit }}' as unit_kind,
        '{{ var("currency") if kpi.config.meta.unit == "currency" else kpi.config.meta.unit }}' as unit,
        '{{ kpi.config.meta.direction }}' as direction,
        '{{ kpi.config.meta.interval }}' as interval_method,
        {{ kpi.config.meta.minimum_n }} as minimum_n,
        '{{ kpi.config.meta.owner | replace("'", "''") }}' as owner_department,
        {{ kpi.config.meta.version }} as version,
        cast('{{ kpi.config.meta.valid_from }}' as date) as valid_from,
        '{{ kpi.config.meta.date_basis | replace("'", "''") }}' as date_basis,
        '{{ kpi.config.meta.denominator_scope or "same" }}' as denominator_scope
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if not kpis %}
    select cast(null as varchar) as kpi_id where false
    {% endif %}

),

gaps as (

    select
        defined.kpi_id,
        string_agg(distinct needs.reason, '; ' order by needs.reason) as reason
    from defined
    inner join {{ ref('int_measure_needs') }} as needs on needs.measure_id in (defined.numerator_measure, defined.denominator_measure)
    where not needs.is_delivered
    group by defined.kpi_id

),

-- the first day whose figures cannot be known yet
maturity as (

    select
        defined.kpi_id,
        max(measures.maturity_days) as maturity_days,
        min(coverage.until_date - measures.maturity_days) as immature_from
    from defined
    inner join {{ ref('dim_measures') }} as measures on measures.measure_id in (defined.numerator_measure, defined.denominator_measure)
    inner join (select fact, max(until_date) as until_date from {{ ref('int_fact_coverage') }} group by fact) as coverage on measures.matures_with_fact = coverage.fact
    group by defined.kpi_id

)

select
    defined.*,
    gaps.kpi_id is null as is_measurable,
    'not measurable: ' || gaps.reason as not_measurable_reason,
    maturity.maturity_days,
    maturity.immature_from
from defined
left join gaps using (kpi_id)
left join maturity using (kpi_id)
