-- One row per month, department and figure of its touchpoints that moved by more than its margin, against the month
-- before or a year before: how, and what explains it.
with moves as (

    select * from {{ ref('rpt_kpi_moves') }}
    where
        is_main
        and is_declared
        and certainty = 'clear'
        and journey_id is null
        and comparison in ('month_before', 'year_before')

),

-- a change that began or ended after the first day that is compared, and before the last one
between_periods as (

    select moves.move_id, changes.change_id, changes.title, changes.started_date, changes.ended_date
    from moves
    inner join {{ ref('dim_change_touchpoints') }} as scoped using (touchpoint_id)
    inner join {{ ref('dim_changes') }} as changes using (change_id)
    where
        not changes.is_withdrawn
        and (
            (changes.started_date > moves.before_start and changes.started_date <= moves.period_end)
            or (changes.ended_date > moves.before_start and changes.ended_date <= moves.period_end)
        )

),

effects as (

    select * from {{ ref('rpt_change_effects') }}
    where is_current and relation = 'in_scope' and is_effect

),

explained as (

    select
        between_periods.move_id,
        count(effects.change_id) as effects_count,
        string_agg(
            between_periods.title
            || ' (' || {{ written_date('between_periods.started_date') }}
            || coalesce(' to ' || {{ written_date('between_periods.ended_date') }}, '') || '): '
            || effects.effect_text || ', ' || effects.verdict,
            '; '
            order by between_periods.started_date desc, between_periods.title
        ) as effects_text,
        string_agg(
            between_periods.title || ' (' || {{ written_date('between_periods.started_date') }} || ')',
            '; '
            order by between_periods.started_date desc, between_periods.title
        ) filter (where effects.change_id is null) as others_text
    from between_periods
    inner join moves using (move_id)
    left join effects
        on
            between_periods.change_id = effects.change_id
            and moves.touchpoint_id = effects.touchpoint_id
            and moves.kpi_id = effects.kpi_id
    group by between_periods.move_id

)

select
    months.month,
    moves.owner_department,
    moves.move_id,
    moves.comparison,
    moves.comparison_position,
    moves.touchpoint_id,
    moves.touchpoint_name,
    moves.kpi_id,
    moves.kpi_name,
    moves.position,
    moves.change,
    moves.change_text,
    moves.verdict,
    moves.answer,
    coalesce(explained.effects_count, 0) as effects_count,
    coalesce(
        nullif(concat_ws(
            ' ',
            'Judged change that moved it: ' || explained.effects_text || '.',
            'No visible effect on it, or not judged yet: ' || explained.others_text || '.'
        ), ''),
        'No recorded change at this touchpoint began or ended in between.'
    ) as cause_text
from moves
inner join {{ ref('dim_months') }} as months on moves.period_start = months.month_start
left join explained using (move_id)
