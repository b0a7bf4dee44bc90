-- One row per touchpoint and KPI it declares: the smallest effect that a change starting after the last day with data
-- could show in four weeks.
select
    judged.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.owner_department,
    judged.kpi_id,
    kpis.kpi_name,
    kpis.unit_kind,
    kpis.unit,
    judged.smallest_visible_effect,
    judged.usual_value,
    {{ value_text('judged.usual_value', 'kpis.unit_kind', 'kpis.unit') }} as usual_text,
    judged.visible_text,
    judged.periods_before,
    judged.placebo_count,
    judged.verdict as status, judged.reason,
    case
        when judged.visible_text is null then 'Four weeks cannot show a change here yet: ' || judged.reason || '.'
        else 'With what comes in here, four weeks show a change of ' || judged.visible_text || '.'
    end as sentence
from {{ ref('fct_visible_effects') }} as judged
inner join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
