-- One row per KPI, scope, comparison and dimension it can be split by (`total` where there is none): the change, its
-- two parts, and the answer in a sentence.
{% set size = 'greatest(moves.value_before, moves.value_after)' %}
with written as (

    select
        moves.*,
        kpis.kpi_name, kpis.unit, kpis.unit_kind,
        {{ move_texts(size) }},
        ltrim({{ effect_text('moves.change_margin', 'kpis.unit_kind', size) }}, '+') as change_margin_text,
        {{ move_word('moves.certainty', 'moves.change', 'moves.direction') }} as verdict
    from {{ ref('fct_kpi_moves') }} as moves
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    left join {{ ref('fct_kpi_split_totals') }} as named using (move_id)

)

select
    written.move_id,
    written.kpi_id,
    written.kpi_name,
    written.journey_id,
    written.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.owner_department,
    targets.kpi_id is not null as is_declared, targets.position,
    written.comparison, written.comparison_label, written.comparison_position, written.is_latest,
    written.period_start, written.period_end, written.before_start, written.before_end,
    written.n_before, written.n_after, written.value_before, written.value_after, written.change, written.change_margin,
    written.certainty, written.verdict, written.reason, written.unit, written.direction,
    written.dimension_set, written.is_main, written.mix_effect, written.rate_effect,
    written.value_before_text, written.value_after_text, written.change_text, written.mix_text, written.rate_text,
    case written.certainty
        when
            'not_comparable'
            then
                written.kpi_name
                || ' cannot be compared: '
                || written.reason
                || ' ('
                || written.comparison_label
                || ').'
        when 'too_few'
            then
                written.kpi_name
                || ': '
                || written.value_after_text
                || ' of '
                || written.n_after
                || ', before '
                || written.value_before_text
                || ' of '
                || written.n_before || ' (' || written.comparison_label || '): too few to say that it moved.'
        when 'within_margin'
            then
                written.kpi_name
                || ' did not clearly move: '
                || written.value_before_text
                || ' before, '
                || written.value_after_text
                || ' now ('
                || written.comparison_label
                || '; '
                || written.change_text
                || ' with a margin of ± '
                || written.change_margin_text
                || '). Where it comes from is shown, but it may be chance.'
        else
            written.kpi_name
            || case when written.change > 0 then ' rose by ' else ' fell by ' end
            || ltrim(written.change_text, '+-')
            || ', from '
            || written.value_before_text
            || ' to '
            || written.value_after_text
            || ' ('
            || written.comparison_label
            || case written.verdict
                when 'better' then '; better' when 'worse' then '; worse' when
                    'margin not known'
                    then '; how much of it is chance is not known'
                else ''
            end
            || '). '
            || case
                when
                    written.dimension_set = 'total'
                    then 'It cannot be split by channel, supplier or segment: it has one of each, or none.'
                when
                    written.is_additive and written.dimension_set <> 'segment'
                    then 'By ' || written.dimension_set || ', most comes from ' || written.total_member || '.'
                else
                    'By ' || written.dimension_set || ': ' || case
                        when
                            abs(written.mix_effect) < 0.05 * abs(written.change)
                            then 'hardly anything because the shares shifted'
                        else written.mix_text || ' because the shares shifted (most: ' || written.mix_member || ')'
                    end || ', ' || case
                        when
                            abs(written.rate_effect) < 0.05 * abs(written.change)
                            then 'hardly anything because each ' || written.dimension_set || ' itself changed.'
                        else
                            written.rate_text
                            || ' because each '
                            || written.dimension_set
                            || ' itself changed'
                            || coalesce(' (most: ' || written.rate_member || ')', '')
                            || '.'
                    end
            end
    end as answer
from written
left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
left join {{ source('company_folder', 'touchpoint_kpis') }} as targets
    on written.touchpoint_id = targets.touchpoint_id and written.kpi_id = targets.kpi_id
