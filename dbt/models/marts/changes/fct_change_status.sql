-- One row per change: where it stands between plan, do, check and act, as of the build's local day; what it waits for
-- and what to do next. An event from outside that is over is closed.
with effects as (

    select * from {{ ref('fct_change_effects') }} where relation = 'in_scope' and is_current

),

-- the primary KPI decides; of a change without one, every KPI in its scope
primaries as (

    select distinct change_id from effects where is_primary

),

deciding as (

    select
        effects.*,
        primaries.change_id is not null as has_primary,
        coalesce(kpis.kpi_name, effects.kpi_id) as kpi_name,
        kpis.known_until
    from effects
    left join primaries using (change_id)
    left join {{ ref('dim_judged_kpis') }} as kpis using (kpi_id)
    where effects.is_primary or primaries.change_id is null

),

counted as (

    select
        change_id,
        bool_or(has_primary) as has_primary,
        case when bool_or(has_primary) then bool_and(is_final) else bool_or(is_final) end as is_judged,
        min(judged_from) as judged_from,
        max(judged_on) as judged_on,
        bool_and(touchpoint_id is null) as is_nowhere,
        -- what a kept verdict would be with the data and records of today, where that is another
        min(latest_verdict) filter (where is_final and latest_verdict <> verdict) as other_verdict
    from deciding
    group by change_id

),

-- the figure that will be known first says what is waited for
waiting as (

    select
        change_id, kpi_name, reason, judged_from, known_until,
        row_number()
            over (partition by change_id order by judged_from, known_until desc nulls last, kpi_name, touchpoint_id)
            as position
    from deciding
    where not is_final

),

said as (

    select change_id, verdict, count(*) as figures_count from deciding where is_final group by change_id, verdict

),

verdicts as (

    select
        change_id,
        case when count(*) = 1 then min(verdict) end as verdict,
        bool_or(verdict = 'better') as has_better,
        bool_or(verdict = 'worse') as has_worse,
        string_agg(figures_count || ' ' || verdict, ', ' order by figures_count desc, verdict) as verdicts_text
    from said
    group by change_id

),

-- judged; else due since its evaluation date, or since the day its figures allow
standing as (

    select
        changes.*,
        today.local_date as as_of_date,
        case when incidents.change_id is null then coalesce(changes.evaluation_date, counted.judged_from) end
            as due_date,
        case
            when changes.started_date > today.local_date then 'plan'
            when incidents.change_id is not null and changes.ended_date < today.local_date then 'closed'
            when counted.is_judged then 'act'
            when
                incidents.change_id is null
                and coalesce(changes.evaluation_date, counted.judged_from) <= today.local_date
                then 'check'
            else 'do'
        end as status,
        counted.judged_on, counted.judged_from, counted.other_verdict, verdicts.verdict, verdicts.verdicts_text,
        verdicts.has_better, verdicts.has_worse,
        words.next_step as verdict_step,
        incidents.change_id is not null as is_incident,
        case
            when
                incidents.change_id is not null
                then 'its days are left out of what is forecast, and it is not judged itself'
            when counted.change_id is null then 'nothing in its scope is measured'
            when not counted.is_nowhere and waiting.known_until <= waiting.judged_from
                then
                    'the figures of '
                    || {{ within_sentence('waiting.kpi_name') }}
                    || ' end on '
                    || {{ written_date('waiting.known_until - 1') }}
            else waiting.reason
        end as waiting_reason,
        coalesce(counted.is_nowhere, true) as is_unmeasured,
        changes.started_date <= (select min(local_date) from {{ ref('fct_judged_days') }}) as is_before_data
    from {{ ref('dim_changes') }} as changes
    left join counted using (change_id)
    left join waiting on changes.change_id = waiting.change_id and waiting.position = 1
    left join verdicts on changes.change_id = verdicts.change_id
    left join {{ ref('dim_verdicts') }} as words on verdicts.verdict = words.verdict
    left join
        (select distinct change_id from {{ ref('dim_incidents') }}) as incidents
        on changes.change_id = incidents.change_id
    cross join {{ source('company_folder', 'today') }} as today

)

select
    change_id,
    status,
    status = 'check' and due_date < as_of_date - 28 as is_overdue,
    due_date, judged_on, judged_from, verdict, verdicts_text, waiting_reason,
    case status
        when
            'plan'
            then
                'Starts on '
                || {{ written_date('started_date') }}
                || coalesce(', to be judged on ' || {{ written_date('due_date') }}, '; ' || waiting_reason)
                || '.'
        when
            'do'
            then
                case when is_incident then 'Came from outside on ' else 'Runs since ' end
                || {{ written_date('started_date') }}
                || coalesce(', to be judged on ' || {{ written_date('due_date') }}, '; ' || waiting_reason)
                || '.'
        when
            'check'
            then
                case when due_date < as_of_date - 28 then 'Overdue: due since ' else 'Due since ' end
                || {{ written_date('due_date') }}
                || '; '
                || waiting_reason
                || '.'
        when
            'closed'
            then
                'Came from outside on '
                || {{ written_date('started_date') }}
                || ', over since '
                || {{ written_date('ended_date') }}
                || '; '
                || waiting_reason
                || '.'
        else 'Judged on ' || {{ written_date('judged_on') }} || ': ' || coalesce(verdict, verdicts_text) || '.'
    end as status_text,
    {{ change_next_step() }} as next_step
from standing
