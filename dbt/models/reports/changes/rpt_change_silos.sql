-- One row per change, KPI and touchpoint of another department: what the change did, or may have done, where its owner does not look.
select
    effects.change_id, effects.kpi_id, effects.touchpoint_id, effects.relation, changes.owner_department, touchpoints.touchpoint_name,
    touchpoints.owner_department as touchpoint_owner, coalesce(kpis.kpi_name, effects.kpi_id) as kpi_name, effects.effect, effects.effect_lower, effects.effect_upper,
    effects.p_value, effects.q_value, effects.effect_text, effects.margin_text, effects.verdict, effects.reason, effects.sentence,
    effects.is_effect as is_flagged,
    case
        when kpis.direction in ('higher', 'lower') and effects.effect is not null
            then (effects.effect > 0) = (kpis.direction = 'higher')
    end as is_good_direction
from {{ ref('fct_change_effects') }} as effects
inner join {{ ref('dim_changes') }} as changes using (change_id)
inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
left join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
where effects.is_current and effects.is_final and not effects.is_owned
