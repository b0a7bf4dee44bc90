-- One row per change, KPI, touchpoint and start: its verdict as it was given, and what the same evaluation says now.
select
    effects.* exclude (is_news, is_frozen),
    coalesce(kpis.kpi_name, effects.kpi_id) as kpi_name, kpis.unit_kind, kpis.unit, kpis.direction,
    touchpoints.touchpoint_name, touchpoints.owner_department as touchpoint_owner,
    (
        select string_agg(beside.touchpoint_name, ', ' order by beside.touchpoint_name)
        from {{ ref('dim_touchpoints') }} as beside
        where {{ lists_value('effects.controls', 'beside.touchpoint_id') }}
    ) as controls_text,
    case
        when effects.effect is null then null
        when effects.placebo_count = 0 then 'There is no earlier date without a registered change to try the same forecast on.'
        else 'The same forecast was made on ' || {{ counted('effects.placebo_count', 'earlier date') }} || ' when nothing was registered'
            || case effects.placebos_missed
                when 0 then '; never did it miss as badly as here.'
                when 1 then '; once it missed as badly as here.'
                when 2 then '; twice it missed as badly as here.'
                else '; ' || effects.placebos_missed || ' times it missed as badly as here.'
            end
    end as placebo_text,
    case
        when effects.is_current and effects.latest_verdict <> effects.verdict
            then 'Judged ' || effects.verdict || ' on ' || {{ written_date('effects.judged_on') }} || '; with the data of today it would be ' || effects.latest_verdict
                || coalesce(' (' || effects.latest_effect_text || ', 95 % margin ' || effects.latest_margin_text || ')', '') || '.'
        when effects.is_current and not effects.is_asked
            then 'Judged ' || effects.verdict || ' on ' || {{ written_date('effects.judged_on') }} || '; today it could not be judged: the touchpoint does not declare this KPI, or is not in the scope.'
    end as re_estimate_text
from {{ ref('fct_change_effects') }} as effects
left join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
