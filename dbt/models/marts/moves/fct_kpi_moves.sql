-- One row per KPI, scope and comparison: its own figures in both periods, and whether the difference is more than
-- noise.
with figures as (

    select * from {{ ref('fct_touchpoint_kpis') }}
    where dimension_set = 'total' and scope_kind in ('touchpoint', 'journey', 'company')

),

compared as (

    select
        concat_ws(
            '|',
            after.kpi_id,
            after.scope_kind,
            after.journey_id,
            after.touchpoint_id,
            comparisons.comparison,
            cast(comparisons.period_start as varchar)
        ) as move_id,
        after.kpi_id, after.scope_kind, after.journey_id, after.touchpoint_id,
        comparisons.comparison,
        comparisons.comparison_label,
        comparisons.position as comparison_position,
        comparisons.is_latest,
        comparisons.grain,
        comparisons.period_start,
        comparisons.period_end,
        comparisons.before_grain,
        comparisons.before_start,
        comparisons.before_end,
        before.numerator as numerator_before, before.denominator as denominator_before,
        after.numerator as numerator_after, after.denominator as denominator_after,
        coalesce(before.n, 0) as n_before, after.n as n_after,
        before.value as value_before, after.value as value_after,
        after.kpi_version, coalesce(before.kpi_version, after.kpi_version) <> after.kpi_version as is_redefined,
        case when before.kpi_version = after.kpi_version then after.value - before.value end as change,
        sqrt(
            power((after.value_upper - after.value_lower) / 2, 2)
            + power((before.value_upper - before.value_lower) / 2, 2)
        ) as change_margin,
        before.reason as reason_before, after.reason as reason_after,
        after.direction
    from {{ ref('dim_comparisons') }} as comparisons
    inner join figures as after on comparisons.grain = after.grain and comparisons.period_start = after.period_start
    left join figures as before
        on
            comparisons.before_grain = before.grain
            and comparisons.before_start = before.period_start
            and after.kpi_id = before.kpi_id
            and after.scope_kind = before.scope_kind
            and after.journey_id is not distinct from before.journey_id
            and after.touchpoint_id is not distinct from before.touchpoint_id

)

select
    compared.*,
    -- all members share the company's denominator: their parts are added, not weighed
    kpis.denominator_scope = 'company' as is_additive,
    case
        when compared.change is null then 'not_comparable'
        when least(compared.n_before, compared.n_after) < kpis.minimum_n then 'too_few'
        when compared.change_margin is null then 'no_margin'
        when abs(compared.change) <= compared.change_margin then 'within_margin'
        else 'clear'
    end as certainty,
    case
        when compared.change is not null then null
        when compared.is_redefined then 'another definition before ' || {{ written_date('versions.valid_from') }}
        when compared.value_after is null then coalesce(compared.reason_after, 'no value in this period')
        else 'period before: ' || coalesce(compared.reason_before, 'nothing counted')
    end as reason
from compared
inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
inner join
    {{ ref('dim_kpi_versions') }} as versions
    on compared.kpi_id = versions.kpi_id and compared.kpi_version = versions.version
