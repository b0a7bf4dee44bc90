-- One row per KPI, scope and dimension value that ever had an event, with the day of the first one.
select
    kpi_id, scope_kind, journey_id, phase_id, touchpoint_id, component_id, dimension_set, channel, supplier_id,
    segment,
    min(local_date) as first_date
from {{ ref('fct_kpi_days') }}
group by all
