-- One row per KPI, with the version in force and whether this company can measure it.
select
    kpis.kpi_id, kpis.kpi_name, kpis.description, kpis.numerator_measure, kpis.denominator_measure, kpis.unit_kind,
    kpis.unit, kpis.direction, kpis.interval_method, kpis.minimum_n, kpis.owner_department, kpis.version,
    kpis.valid_from, kpis.date_basis, kpis.denominator_scope, kpis.is_measurable, kpis.not_measurable_reason,
    kpis.maturity_days, kpis.immature_from, kpis.window_shift_days, kpis.late_from, kpis.late_tables,
    -- what n counts
    {{ within_sentence('below.measure_name') }}
    || case when kpis.denominator_scope = 'company' then ' in the whole company' else '' end as denominator_text
from {{ ref('dim_kpi_versions') }} as kpis
left join {{ ref('dim_measures') }} as below on kpis.denominator_measure = below.measure_id
where kpis.is_current
