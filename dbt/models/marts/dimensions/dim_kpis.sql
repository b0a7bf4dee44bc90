-- One row per KPI, with the version in force and whether this company can measure it.
select
    kpi_id, kpi_name, description, numerator_measure, denominator_measure, unit_kind, unit, direction, interval_method,
    minimum_n, owner_department, version, valid_from, date_basis, denominator_scope, is_measurable,
    not_measurable_reason, maturity_days, immature_from, window_shift_days, late_from, late_tables
from {{ ref('dim_kpi_versions') }}
where is_current
