{{ config(materialized='view') }}
-- One row per touchpoint and KPI it declares.
select
    declared.touchpoint_id, declared.kpi_id, declared.target,
    touchpoints.touchpoint_name, touchpoints.owner_department, touchpoints.channels
from {{ source('company_folder', 'touchpoint_kpis') }} as declared
inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
