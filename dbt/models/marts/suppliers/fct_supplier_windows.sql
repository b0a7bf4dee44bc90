-- One row per window, supplier and KPI of its deliveries: the figure and its target. The target is the mean of the
-- targets of the touchpoints that the supplier serves, weighted by their denominators.
with kpis as (

    select dim_kpis.*
    from {{ ref('dim_kpis') }} as dim_kpis
    inner join {{ ref('dim_measures') }} as measures on dim_kpis.numerator_measure = measures.measure_id
    where
        measures.fact in (
            'deliveries',
            'deliveries_requested',
            'deliveries_scheduled',
            'handovers',
            'delivered_lines',
            'delivered_orders',
            'supplier_answers',
            'service_costs'
        )
        -- what is divided by all orders of the company says how large a supplier is, not how good
        and dim_kpis.denominator_scope = 'same'

),

windows as (

    select distinct grain as window_id, period_start as window_start, period_end as window_end
    from {{ ref('dim_periods') }}
    where grain like 'last_%'

),

targets as (

    select
        sums.kpi_id, sums.supplier_id, sums.grain,
        round(sum(targets.target * sums.denominator) / sum(sums.denominator), 9) as target,
        round(sum(coalesce(targets.lower_bound, targets.target) * sums.denominator) / sum(sums.denominator), 9)
            as lower_bound
    from {{ ref('fct_kpi_sums') }} as sums
    inner join {{ source('company_folder', 'touchpoint_kpis') }} as targets
        on sums.kpi_id = targets.kpi_id and sums.touchpoint_id = targets.touchpoint_id
    inner join kpis on sums.kpi_id = kpis.kpi_id
    where
        sums.scope_kind = 'touchpoint' and sums.dimension_set in ('supplier', 'other_supplier') and sums.denominator > 0
    group by sums.kpi_id, sums.supplier_id, sums.grain

),

figures as (

    select
        windows.window_id, windows.window_start, windows.window_end,
        suppliers.supplier_id,
        suppliers.supplier_name,
        suppliers.first_seen_date,
        suppliers.is_declared,
        suppliers.volume_rank,
        kpis.kpi_id, kpis.kpi_name, kpis.denominator_text, kpis.unit, kpis.unit_kind, kpis.direction,
        kpis.minimum_n, kpis.maturity_days,
        kpis.immature_from, kpis.is_measurable, kpis.not_measurable_reason, kpis.late_tables,
        coalesce(found.n, 0) as n,
        found.denominator,
        found.value,
        found.value_lower,
        found.value_upper,
        found.previous_value,
        coalesce(found.trend, 'unclear') as trend, found.reason as figure_reason
    from windows
    cross join {{ ref('dim_suppliers') }} as suppliers
    cross join kpis
    left join {{ ref('fct_touchpoint_windows') }} as found
        on
            windows.window_id = found.grain
            and found.dimension_set in ('supplier', 'other_supplier')
            and suppliers.supplier_id = found.supplier_id
            and kpis.kpi_id = found.kpi_id

),

judged as (

    select
        figures.*, targets.target, targets.lower_bound,
        case
            when not figures.is_measurable then 'not_measurable'
            when figures.n between 1 and 4 then 'hidden'
            else {{ kpi_status('figures', 'targets') }}
        end as status
    from figures
    left join targets
        on
            figures.kpi_id = targets.kpi_id
            and figures.supplier_id = targets.supplier_id
            and figures.window_id = targets.grain

)

select
    * exclude (
        figure_reason, denominator, minimum_n, is_measurable, not_measurable_reason, late_tables, maturity_days,
        immature_from
    ),
    case
        when status = 'not_measurable' then not_measurable_reason
        when
            figure_reason is not null and target is not null
            then nullif(replace(replace(figure_reason, 'no target; ', ''), 'no target', ''), '')
        when figure_reason is not null then figure_reason
        when n = 0 and immature_from <= window_start then 'not known yet: ' || maturity_days || ' days have to pass'
        when n = 0 then concat_ws('; ', 'nothing counted in this period', late_tables)
    end as reason
from judged
