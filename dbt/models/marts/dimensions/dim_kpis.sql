-- One row per KPI, with the version in force and whether this company can measure it.
with gaps as (

    select
        versions.kpi_id,
        string_agg(distinct needs.reason, '; ' order by needs.reason) as reason
    from {{ ref('dim_kpi_versions') }} as versions
    inner join
        {{ ref('int_measure_needs') }} as needs
        on needs.measure_id in (versions.numerator_measure, versions.denominator_measure)
    where versions.is_current and not needs.is_delivered
    group by versions.kpi_id

)

select
    versions.kpi_id, versions.kpi_name, versions.description, versions.numerator_measure, versions.denominator_measure,
    versions.unit_kind,
    versions.unit,
    versions.direction,
    versions.interval_method,
    versions.minimum_n,
    versions.owner_department,
    versions.version, versions.valid_from, versions.date_basis, versions.denominator_scope,
    gaps.kpi_id is null as is_measurable,
    'not measurable: ' || gaps.reason as not_measurable_reason,
    versions.maturity_days, versions.immature_from
from {{ ref('dim_kpi_versions') }} as versions
left join gaps using (kpi_id)
where versions.is_current
