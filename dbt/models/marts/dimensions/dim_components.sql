-- One row per ecosystem component. A supplier that appears in the data without being declared is added and flagged.
select
    component_id, component_name, kind, owner_department, is_visible, supplier_id, kpi_id, true as is_declared
from {{ source('company_folder', 'components') }}
union all
select
    'supplier_' || supplier_id, supplier_name, 'supplier', cast(null as varchar), false, supplier_id, cast(null as varchar), false
from {{ ref('dim_suppliers') }}
where not is_declared
