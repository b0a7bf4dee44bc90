-- Punctuality and judgement of each supplier, per day. It should not drop, and not stand below the bound of the component it is.
with days as (

    {{ signal_kpi_days('supplier_tension') }}
    and days.scope_kind = 'company' and days.dimension_set = 'supplier' and days.supplier_id <> 'unknown'

),

bounds as (

    select components.supplier_id, targets.kpi_id, coalesce(targets.lower_bound, targets.target) as bound
    from {{ ref('fct_component_targets') }} as targets
    inner join {{ ref('dim_components') }} as components using (component_id)
    where targets.grain = 'last_28_days' and components.supplier_id is not null

)

select
    'supplier_tension' as signal_id, 'supplier' as subject_kind, days.supplier_id as subject_id, suppliers.supplier_name as subject_name,
    days.kpi_id as measure_id, {{ within_sentence('days.kpi_name') }} as measure_name, days.unit_kind, days.method, days.harm,
    bounds.bound as level_threshold, true as judges_moves, 0.0 as smallest_rise, false as needs_every_week, days.last_date,
    days.local_date, days.numerator, days.numerator_sq, days.denominator
from days
inner join {{ ref('dim_suppliers') }} as suppliers on days.supplier_id = suppliers.supplier_id
left join bounds on days.supplier_id = bounds.supplier_id and days.kpi_id = bounds.kpi_id
