-- One row per change: where it stands, what all its judged figures together say, and the figure that decides it. The
-- planned test decides; of a change without one, every KPI in its scope is shown as explored. `verdict` is that of the
-- status: null where the figures it counts do not agree.
with judged as (

    select
        effects.*,
        coalesce(kpis.kpi_name, effects.kpi_id) as kpi_name,
        coalesce(touchpoints.touchpoint_name, effects.touchpoint_id) as touchpoint_name,
        words.deciding_order
    from {{ ref('fct_change_effects') }} as effects
    left join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
    left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    left join {{ ref('dim_verdicts') }} as words on effects.verdict = words.verdict
    where effects.is_current and effects.relation = 'in_scope'

),

tests as (

    select
        *, bool_or(is_primary) over (partition by change_id) as has_primary,
        row_number()
            over (
                partition by change_id
                order by is_primary desc, deciding_order nulls last, p_value, kpi_id, touchpoint_id
            )
            as rank
    from judged

),

counted as (

    select
        change_id,
        count(*) as kpis_count,
        count(*) filter (where is_primary) as tests_count,
        count(*) filter (where is_effect) as moved_count,
        count(*) filter (where is_effect or verdict = 'no visible effect') as judged_count,
        string_agg(
            kpi_name || ' at ' || touchpoint_name || ' ' || effect_text || ' (' || verdict || ')',
            '; ' order by p_value, kpi_id, touchpoint_id
        )
        filter (where is_effect and rank > 1) as others_text,
        bool_or(verdict = 'better' and (is_primary or not has_primary))
        and bool_or(verdict = 'worse' and (is_primary or not has_primary)) as is_mixed
    from tests
    group by change_id

),

decided as (

    select
        changes.*,
        coalesce(changes.started_date < (select min(local_date) from {{ ref('fct_daily_measures') }}), false)
            as before_data_start,
        standing.status, standing.is_overdue, standing.due_date, standing.status_text, standing.next_step,
        standing.verdict, standing.verdicts_text,
        case when tests.change_id is null then 'not judged' when counted.is_mixed then 'mixed' else tests.verdict end
            as overall_verdict,
        coalesce(tests.has_primary and tests.is_planned, false) as is_test,
        tests.kpi_id, tests.kpi_name, tests.touchpoint_id, tests.touchpoint_name, tests.effect_text, tests.margin_text,
        tests.visible_text, tests.promise_text,
        tests.expected_text, tests.judged_from, tests.judged_on,
        coalesce(counted.kpis_count, 0) as kpis_count, coalesce(counted.tests_count, 0) as tests_count,
        coalesce(counted.moved_count, 0) as moved_count,
        coalesce(counted.judged_count, 0) as judged_count,
        counted.others_text,
        tests.kpi_name || coalesce(' at ' || tests.touchpoint_name, '') as figure_name,
        coalesce(': ' || tests.effect_text || ' (95 % margin ' || tests.margin_text || ')', '') as measured,
        case
            when tests.change_id is not null then tests.reason
            when
                changes.kind = 'external'
                then 'it came from outside: forecasts leave its days out, and it is not judged itself'
            else 'no touchpoint or component that it names has a KPI with data'
        end as reason,
        tests.sentence
    from {{ ref('dim_changes') }} as changes
    left join tests on changes.change_id = tests.change_id and tests.rank = 1
    left join counted on changes.change_id = counted.change_id
    inner join {{ ref('fct_change_status') }} as standing on changes.change_id = standing.change_id

),

staged as (

    select
        decided.*, words.verdict_word, words.verdict_sign, words.verdict_tone, words.verdict_group as own_group,
        case
            when recorded_in = 'automatic' then 'automatic'
            when words.is_final = false then 'waiting'
            when overall_verdict = 'not judged' then 'not judged'
            when is_test then 'judged'
            else 'explored'
        end as stage
    from decided
    left join {{ ref('dim_verdicts') }} as words on decided.overall_verdict = words.verdict

)

select
    change_id, title, description, started_date, started_at, rolled_out_date, ended_date, kind, owner_department,
    touchpoints, components, suppliers, channels, segments, primary_kpi, expected_direction, expected_size,
    evaluation_date, investment_amount, recorded_in, is_planned, is_withdrawn, before_data_start,
    status, is_overdue, due_date, status_text, next_step, verdict, verdicts_text,
    overall_verdict, is_test, kpi_id, kpi_name, touchpoint_id, touchpoint_name, effect_text, margin_text, visible_text,
    expected_text, promise_text,
    kpis_count, tests_count, judged_count, moved_count, others_text, reason, sentence, judged_from, judged_on,
    staged.stage,
    verdict_word, verdict_sign, verdict_tone,
    chosen.verdict_group,
    chosen.label as verdict_group_label,
    chosen.counted_as as verdict_group_text,
    chosen.position as verdict_group_position,
    case
        when overall_verdict = 'not judged' then 'It is not judged: ' || reason || '.'
        when overall_verdict in ('too early', 'not started') and status = 'check' then 'Not judged yet. ' || status_text
        when overall_verdict = 'not started' then 'Not yet: ' || reason || '.'
        when overall_verdict = 'too early' then 'Too early to tell: ' || reason || '.'
        when not is_test and moved_count > 0
            then
                'Looked at afterwards, without a plan: '
                || moved_count
                || ' of '
                || {{ counted('judged_count', 'figure') }}
                || ' that could be judged moved visibly, most clearly '
                || figure_name
                || measured
                || '. Take it as a hint, not as proof.'
        when not is_test and overall_verdict = 'no visible effect'
            then
                'Looked at afterwards, without a plan: none of '
                || {{ counted('judged_count', 'figure') }}
                || ' that could be judged moved visibly.'
        when
            overall_verdict = 'mixed'
            then 'It helped at one touchpoint and hurt at another; most clearly ' || figure_name || measured || '.'
        when overall_verdict = 'better' then 'It helped. ' || figure_name || measured || '.'
        when overall_verdict = 'worse' then 'It hurt. ' || figure_name || measured || '.'
        when
            overall_verdict in ('higher', 'lower')
            then figure_name || ' moved' || measured || '; whether that is better, nobody has said.'
        when
            overall_verdict = 'no visible effect'
            then
                'No visible effect. '
                || figure_name
                || measured
                || '; '
                || visible_text
                || ' or more would have been seen.'
        when overall_verdict = 'not separable' then 'Nobody can tell: ' || reason || '.'
        when overall_verdict = 'measurement changed' then 'Nobody can tell: ' || reason || '.'
        else 'Too little data to tell: ' || reason || '.'
    end
    || case
        when is_test and tests_count > 1 then ' Tested at ' || tests_count || ' touchpoints; this one says most.' else
            ''
    end as answer
from staged
left join {{ source('company_folder', 'verdict_groups') }} as chosen
    on
        case when staged.stage in ('explored', 'automatic') then 'explored' else staged.own_group end
        = chosen.verdict_group
