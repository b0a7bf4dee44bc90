-- One row per month, department and thing its period report mentions besides figures: verdicts, changes, promises, what
-- is not measured and why.
with departments as (

    select change_id, owner_department from {{ ref('dim_changes') }} where owner_department is not null
    union
    select scoped.change_id, touchpoints.owner_department
    from {{ ref('dim_change_touchpoints') }} as scoped
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)

),

-- a change runs until its end or its evaluation, whichever comes first; without either, thirteen weeks
dated as (

    select
        changes.*,
        coalesce(
            least(changes.ended_date, changes.evaluation_date),
            changes.ended_date,
            changes.evaluation_date,
            changes.started_date + 91
        ) as running_until,
        coalesce(kpis.kpi_name, changes.primary_kpi) as kpi_name
    from {{ ref('dim_changes') }} as changes
    left join {{ ref('dim_kpis') }} as kpis on changes.primary_kpi = kpis.kpi_id

),

change_notes as (

    select
        months.month, departments.owner_department,
        'change' as section, dated.change_id as subject_id, dated.title as subject, dated.started_date as sort_date,
        case when dated.started_date >= months.month_start then 'started ' else 'running since ' end
        || {{ written_date('dated.started_date') }}
        || coalesce('; should make ' || {{ within_sentence('dated.kpi_name') }} || ' ' || dated.expected_direction, '')
        || coalesce('; ended ' || {{ written_date('dated.ended_date') }}, '')
        || coalesce('; to be judged on ' || {{ written_date('dated.evaluation_date') }}, '; no evaluation date was set')
        || case
            when departments.owner_department = dated.owner_department then '' else
                coalesce('; decided by ' || dated.owner_department, '; nobody is named as its owner')
        end
        || '.' as note
    from dated
    inner join departments using (change_id)
    inner join
        {{ ref('dim_months') }} as months
        on dated.started_date <= months.month_end and dated.running_until >= months.month_start

),

-- a verdict belongs to the month in which it was given, and to the one in which its figures were complete
verdict_notes as (

    select
        months.month, departments.owner_department,
        'verdict' as section, changes.change_id as subject_id, changes.title as subject, changes.judged_on as sort_date,
        changes.verdict_word, changes.verdict_sign,
        -- only a planned test has a colour
        case when changes.is_test then changes.verdict_tone else 'none' end as verdict_tone,
        changes.answer
        || ' Judged on '
        || {{ written_date('changes.judged_on') }}
        || case
            when changes.judged_from < changes.judged_on
                then ', on figures that were complete on ' || {{ written_date('changes.judged_from') }}
            else ''
        end
        || '.' as note
    from {{ ref('rpt_changes') }} as changes
    inner join departments using (change_id)
    inner join
        {{ ref('dim_months') }} as months
        on
            changes.judged_on between months.month_start and months.month_end
            or changes.judged_from between months.month_start and months.month_end
    where changes.judged_on is not null

),

promise_notes as (

    select
        months.month, touchpoints.owner_department,
        'promise' as section,
        touchpoints.touchpoint_id as subject_id,
        touchpoints.touchpoint_name as subject,
        cast(null as date) as sort_date,
        touchpoints.promise || ': ' || case
            when kpis.kpi_id is null then 'no figure is tied to it.'
            when
                figures.value is null
                then 'no figure in this month' || coalesce(', because of ' || figures.reason, '') || '.'
            else
                {{ within_sentence('kpis.kpi_name') }}
                || ' '
                || {{ value_text('figures.value', 'kpis.unit_kind', 'kpis.unit') }}
                || ' of '
                || figures.n
                || '.'
        end as note
    from {{ ref('dim_touchpoints') }} as touchpoints
    cross join {{ ref('dim_months') }} as months
    left join {{ ref('dim_kpis') }} as kpis on touchpoints.promise_kpi_id = kpis.kpi_id
    left join {{ ref('fct_touchpoint_kpis') }} as figures
        on
            kpis.kpi_id = figures.kpi_id
            and touchpoints.touchpoint_id = figures.touchpoint_id
            and figures.scope_kind = 'touchpoint'
            and figures.dimension_set = 'total'
            and figures.grain = 'month'
            and months.month_start = figures.period_start
    where touchpoints.promise is not null

),

missing_notes as (

    select
        months.month, missing.owner_department,
        'not_measured' as section,
        missing.touchpoint_id as subject_id,
        touchpoints.touchpoint_name as subject,
        cast(null as date) as sort_date,
        kpis.kpi_name || ': ' || missing.reason as note
    from {{ ref('fct_missing_kpis') }} as missing
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    inner join {{ ref('dim_kpis') }} as kpis on missing.kpi_id = kpis.kpi_id
    cross join {{ ref('dim_months') }} as months
    union all
    select
        months.month,
        touchpoints.owner_department,
        'not_measured',
        touchpoints.touchpoint_id,
        touchpoints.touchpoint_name,
        cast(null as date),
        touchpoints.not_measured_reason
    from {{ ref('dim_touchpoints') }} as touchpoints
    cross join {{ ref('dim_months') }} as months
    where touchpoints.not_measured_reason is not null

)

select
    month, owner_department, section, subject_id, subject, sort_date, note,
    null as verdict_word, null as verdict_sign, null as verdict_tone
from change_notes
union all
select
    month, owner_department, section, subject_id, subject, sort_date, note,
    verdict_word, verdict_sign, verdict_tone
from verdict_notes
union all
select month, owner_department, section, subject_id, subject, sort_date, note, null, null, null from promise_notes
union all
select month, owner_department, section, subject_id, subject, sort_date, note, null, null, null from missing_notes
