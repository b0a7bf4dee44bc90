-- One row per change, KPI, touchpoint and start: its verdict as it was given, and what the same evaluation says now.
-- is_silo marks what the change did, or may have done, at a touchpoint of another department than its own.
select
    effects.change_id,
    effects.kpi_id,
    effects.touchpoint_id,
    effects.started_at,
    effects.relation,
    effects.is_primary,
    effects.is_planned,
    effects.is_owned,
    effects.effect,
    effects.effect_lower,
    effects.effect_upper,
    effects.p_value,
    effects.q_value,
    effects.placebo_count,
    effects.placebos_missed,
    effects.smallest_visible_effect,
    effects.expected_effect,
    effects.method,
    effects.controls,
    effects.verdict,
    effects.is_effect,
    effects.reason,
    effects.sentence,
    effects.warnings,
    effects.overlaps_with,
    effects.judged_from,
    effects.periods_before,
    effects.periods_after,
    effects.score,
    effects.effect_text, effects.margin_text, effects.visible_text, effects.expected_text, effects.promise_text,
    effects.second_effect, effects.second_lower, effects.second_upper, effects.second_p, effects.second_opinion,
    effects.is_final, effects.is_current, effects.is_asked, effects.judged_on, effects.build_id,
    effects.latest_effect,
    effects.latest_lower,
    effects.latest_upper,
    effects.latest_verdict,
    effects.latest_effect_text,
    effects.latest_margin_text,
    coalesce(kpis.kpi_name, effects.kpi_id) as kpi_name, kpis.unit_kind, kpis.unit, kpis.direction,
    touchpoints.touchpoint_name, touchpoints.owner_department as touchpoint_owner, changes.owner_department,
    coalesce(
        effects.is_current and effects.is_final and not effects.is_owned and touchpoints.touchpoint_id is not null,
        false
    ) as is_silo,
    case
        when kpis.direction in ('higher', 'lower') and effects.effect is not null
            then (effects.effect > 0) = (kpis.direction = 'higher')
    end as is_good_direction,
    words.verdict_word, words.verdict_sign, words.verdict_tone,
    (
        select string_agg(beside.touchpoint_name, ', ' order by beside.touchpoint_name)
        from {{ ref('dim_touchpoints') }} as beside
        where {{ lists_value('effects.controls', 'beside.touchpoint_id') }}
    ) as controls_text,
    case
        when effects.effect is null then null
        when
            effects.placebo_count = 0
            then 'There is no earlier date without a registered change to try the same forecast on.'
        else
            'The same forecast was made on '
            || {{ counted('effects.placebo_count', 'earlier date') }}
            || ' when nothing was registered'
            || case effects.placebos_missed
                when 0 then '; never did it miss as badly as here.'
                when 1 then '; once it missed as badly as here.'
                when 2 then '; twice it missed as badly as here.'
                else '; ' || effects.placebos_missed || ' times it missed as badly as here.'
            end
    end as placebo_text,
    case
        when effects.is_current and effects.latest_verdict <> effects.verdict
            then
                'Judged '
                || effects.verdict
                || ' on '
                || {{ written_date('effects.judged_on') }}
                || '; judged today, it would be '
                || effects.latest_verdict
                || coalesce(
                    ' (' || effects.latest_effect_text || ', 95 % margin ' || effects.latest_margin_text || ')', ''
                )
                || '.'
        -- the verdict stays, its size does not
        when effects.is_current and effects.is_asked and effects.latest_effect_text <> effects.effect_text
            then
                'Judged '
                || effects.verdict
                || ' on '
                || {{ written_date('effects.judged_on') }}
                || '; judged today, the size would be '
                || effects.latest_effect_text
                || ' (95 % margin ' || effects.latest_margin_text || ').'
        when effects.is_current and not effects.is_asked
            then
                'Judged '
                || effects.verdict
                || ' on '
                || {{ written_date('effects.judged_on') }}
                || '; today it could not be judged: the touchpoint does not declare this KPI, or is not in the scope.'
    end as re_estimate_text
from {{ ref('fct_change_effects') }} as effects
left join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
left join {{ ref('dim_verdicts') }} as words on effects.verdict = words.verdict
left join {{ ref('dim_changes') }} as changes on effects.change_id = changes.change_id
