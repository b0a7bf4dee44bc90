-- One row per change, KPI, touchpoint and start: its verdict as it was given, and what the same evaluation says now.
select
    effects.* exclude (is_news, is_frozen),
    kpis.kpi_name, kpis.unit_kind, kpis.unit, kpis.direction,
    touchpoints.touchpoint_name, touchpoints.owner_department as touchpoint_owner,
    case
        when effects.is_current and effects.latest_verdict <> effects.verdict
            then 'Judged ' || effects.verdict || ' on ' || {{ written_date('effects.judged_on') }} || '; with the data of today it would be ' || effects.latest_verdict
                || coalesce(' (' || effects.latest_effect_text || ', 95 % margin ' || effects.latest_margin_text || ')', '') || '.'
    end as re_estimate_text
from {{ ref('fct_change_effects') }} as effects
left join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
