-- One row per started change, KPI and touchpoint in its scope, and dimension it can be split by (`total` where there is
-- none): the plain move, its two parts, and both in a sentence.
{% set size = 'greatest(moves.value_before, moves.value_after)' %}
with written as (

    select
        moves.*,
        kpis.kpi_name, kpis.unit, kpis.unit_kind,
        touchpoints.touchpoint_name,
        changes.rolled_out_date is not null as is_rolled_out,
        {{ move_texts(size) }},
        {{ counted('moves.weeks_count', 'week') }} as weeks_text
    from {{ ref('fct_change_moves') }} as moves
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    inner join {{ ref('dim_changes') }} as changes using (change_id)
    left join {{ ref('dim_touchpoints') }} as touchpoints on moves.touchpoint_id = touchpoints.touchpoint_id
    left join {{ ref('fct_kpi_split_totals') }} as named on moves.move_id = named.move_id

)

select
    move_id,
    change_id,
    kpi_id,
    kpi_name,
    touchpoint_id,
    touchpoint_name,
    weeks_count,
    period_start,
    period_end,
    before_start,
    before_end,
    cast(denominator_before as bigint) as n_before,
    cast(denominator_after as bigint) as n_after,
    value_before,
    value_after,
    change,
    reason,
    unit,
    dimension_set,
    is_main,
    mix_effect,
    rate_effect,
    value_before_text, value_after_text, change_text, mix_text, rate_text,
    case
        when reason is not null then kpi_name || ' at ' || touchpoint_name || ' is not compared: ' || reason || '.'
        else
            kpi_name
            || ' at '
            || touchpoint_name
            || ': '
            || value_before_text
            || ' in the '
            || weeks_text
            || ' before the start ('
            || {{ period_text('before_start', 'before_end') }}
            || '), '
            || value_after_text
            || ' in the '
            || weeks_text
            || ' after '
            || case when is_rolled_out then 'the roll-out' else 'it' end
            || ' (' || {{ period_text('period_start', 'period_end') }} || '). '
            || case
                when
                    dimension_set = 'total'
                    then
                        'This plain move of '
                        || change_text
                        || ' cannot be split by channel, supplier or segment: it has one of each, or none.'
                when is_additive and dimension_set <> 'segment'
                    then
                        'Of this plain move of '
                        || change_text
                        || ', by '
                        || dimension_set
                        || ', most comes from '
                        || total_member
                        || '.'
                else
                    'Of this plain move of '
                    || change_text
                    || ', '
                    || mix_text
                    || ' is mix (who or what came'
                    || case when abs(mix_effect) < 0.05 * abs(change) then '' else '; most: ' || mix_member end
                    || ') and '
                    || rate_text
                    || ' is rate (how it went'
                    || case
                        when abs(rate_effect) < 0.05 * abs(change) then '' else coalesce('; most: ' || rate_member, '')
                    end
                    || '), by ' || dimension_set || '.'
            end
            || ' The plain move is not the effect: what would have happened anyway is still in it, '
            || 'and only the forecast takes that out.'
            || case verdict
                when
                    'measurement changed'
                    then
                        ' Beware: the figure itself is asked for or counted in another way '
                        || 'in or shortly before these weeks.'
                else ''
            end
    end as sentence
from written
