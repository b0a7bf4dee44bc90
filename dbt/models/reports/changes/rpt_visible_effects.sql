-- One row per touchpoint and KPI it declares: the smallest effect that a change starting after the last day with data
-- could show in four weeks, and whether a change that reaches the target could be seen.
with judged as (

    select
        visible.*,
        touchpoints.touchpoint_name,
        touchpoints.owner_department,
        kpis.kpi_name, kpis.unit_kind, kpis.unit, kpis.direction,
        targets.target,
        visible.usual_value as value,
        {{ value_text('visible.usual_value', 'kpis.unit_kind', 'kpis.unit') }} as usual_text,
        {{ value_text('targets.target', 'kpis.unit_kind', 'kpis.unit') }} as target_text
    from {{ ref('fct_visible_effects') }} as visible
    inner join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    left join {{ source('company_folder', 'touchpoint_kpis') }} as targets using (touchpoint_id, kpi_id)

),

placed as (

    select *, {{ gap_to_target('judged') }} as gap from judged

)

select
    touchpoint_id, touchpoint_name, owner_department, kpi_id, kpi_name, unit_kind, unit, smallest_visible_effect,
    usual_value, usual_text, visible_text, target, target_text, periods_before, placebo_count,
    verdict as status, reason,
    case
        when visible_text is null then reason
        when target is null then 'no target'
        when gap is null then 'neither higher nor lower is better'
        when gap = 0 then 'the target is reached already'
        when gap >= smallest_visible_effect then 'yes: ' || {{ gap_text('gap', 'placed') }} || ' to go'
        else 'no: only ' || {{ gap_text('gap', 'placed') }} || ' to go'
    end as target_seen_text,
    case
        when visible_text is null then 'Four weeks cannot show a change here yet: ' || reason || '.'
        else 'With what comes in here, four weeks show a change of ' || visible_text || '.'
    end as sentence
from placed
