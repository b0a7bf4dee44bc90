-- One row per supplier that is followed, KPI and day: its punctuality and how customers judge it. It should not drop,
-- and not stand below the bound of the component it is.
with days as (

    {{ signal_kpi_days('supplier_tension') }}  -- noqa: LT02
    and days.scope_kind = 'company' and days.dimension_set = 'supplier' and days.supplier_id <> 'unknown'  -- noqa: LT02

)

select
    'supplier_tension' as signal_id,
    'supplier' as subject_kind,
    days.supplier_id as subject_id,
    suppliers.supplier_name as subject_name,
    days.kpi_id as measure_id, days.last_date,
    days.local_date, days.numerator, days.numerator_sq, days.denominator
from days
inner join {{ ref('dim_suppliers') }} as suppliers on days.supplier_id = suppliers.supplier_id
