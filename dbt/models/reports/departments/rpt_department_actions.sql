-- One row per month (the last full one and the running one), department and thing it should do next, derived from
-- figures, verdicts and sources; most urgent first. What was to do at the end of earlier months is past.
with months as (

    select months.*
    from {{ ref('dim_months') }} as months
    -- before a month is whole, the running one
    where
        months.month_start >= (
            select coalesce(max(month_start) filter (where is_full), max(month_start)) from {{ ref('dim_months') }}
        )

),

changes as (

    select *, '/changes/' || change_id || '/' as page_path, 'cxhouse change evaluate ' || change_id as show_command
    from {{ ref('rpt_changes') }}
    where not is_withdrawn and owner_department is not null

),

verdict_actions as (

    select
        months.month, changes.owner_department,
        case when changes.is_test and changes.verdict_tone = 'bad' then 'undo' else 'decide' end as kind,
        0.0 as pain, changes.judged_on as sort_date,
        changes.change_id as subject_id, changes.title as subject,
        changes.status_text || ' ' || changes.next_step as action,
        'page Changes' as place, changes.page_path as place_path, changes.show_command as command
    from changes
    inner join months on changes.judged_on >= months.month_start
    where changes.status = 'act' and changes.next_step not like 'Nothing:%' and changes.ended_date is null

),

due_actions as (

    select
        months.month, changes.owner_department, 'judge', 0.0, changes.due_date, changes.change_id, changes.title,
        changes.status_text || ' ' || changes.next_step,
        'page Changes', changes.page_path, changes.show_command
    from changes
    cross join months
    where changes.status = 'check'

),

busy_touchpoints as (

    select notes.month, scoped.touchpoint_id
    from {{ ref('rpt_department_notes') }} as notes
    inner join {{ ref('dim_change_touchpoints') }} as scoped on notes.subject_id = scoped.change_id
    where notes.section = 'change'

),

plan_actions as (

    select
        months.month, figures.owner_department, 'plan', figures.pain, cast(null as date), figures.touchpoint_id,
        figures.touchpoint_name,
        'plan a change: ' || {{ within_sentence('figures.kpi_name') }} || ' is ' || figures.value_text || ', '
        || coalesce(figures.gap_text || case figures.direction when 'higher' then ' below ' else ' above ' end, '')
        || 'the target of ' || figures.target_text || ', and no recorded change runs here.',
        'page ' || figures.touchpoint_name, '/touchpoints/' || figures.touchpoint_id || '/',
        'cxhouse change add --title … --kind … --started-at … --touchpoints ' || figures.touchpoint_id
        || ' --primary-kpi ' || figures.kpi_id
    from {{ ref('rpt_month_kpis') }} as figures
    inner join months using (month)
    where
        figures.status = 'red'
        and (figures.month, figures.touchpoint_id) not in (select (month, touchpoint_id) from busy_touchpoints)

),

register_actions as (

    select
        months.month, breaks.owner_department, 'register', 0.0, breaks.break_date, breaks.touchpoint_id,
        breaks.touchpoint_name, breaks.sentence || ' Record what happened then, if you know it.',
        'page Changes', '/changes/',
        'cxhouse change add --title … --kind … --touchpoints ' || breaks.touchpoint_id
        || ' --started-at ' || strftime(breaks.break_date, '%Y-%m-%d')
    from {{ ref('rpt_break_proposals') }} as breaks
    cross join months

),

late_tables as (

    select
        owner_department, source,
        replace(table_name, '_', ' ')
        || case status
            when 'never' then ' has never been loaded'
            when 'down' then ': the last load failed'
            else ': no rows after ' || {{ written_date('last_row_day') }}
        end as text
    from {{ ref('rpt_data_health') }}
    where status in ('late', 'down', 'never')

),

load_actions as (

    select
        months.month, tables.owner_department, 'load', 0.0, cast(null as date), tables.source,
        'source ' || replace(tables.source, '_', ' '),
        string_agg(distinct tables.text, '; ' order by tables.text) || '.',
        'page Data health', '/data-health/', 'cxhouse ingest ' || tables.source
    from late_tables as tables
    cross join months
    group by months.month, tables.owner_department, tables.source

),

measure_actions as (

    select
        months.month, figures.owner_department, 'measure', 0.0, cast(null as date), figures.touchpoint_id,
        figures.touchpoint_name, figures.kpi_name || ': ' || figures.reason || '.',
        'page Dictionary', '/dictionary/#' || figures.kpi_id, 'cxhouse status'
    from {{ ref('rpt_month_kpis') }} as figures
    inner join months using (month)
    where figures.status = 'not_measurable'

),

found as (

    select * from verdict_actions
    union all
    select * from due_actions
    union all
    select * from plan_actions
    union all
    select * from register_actions
    union all
    select * from load_actions
    union all
    select * from measure_actions

)

select
    month,
    owner_department,
    row_number() over (
        partition by month, owner_department
        order by
            case kind
                when 'undo' then 1 when 'plan' then 2 when 'judge' then 3 when 'decide' then 4
                when 'register' then 5 when 'load' then 6 else 7
            end,
            pain desc nulls last,
            sort_date desc nulls last,
            subject_id,
            action
    ) as position,
    kind,
    subject_id,
    subject,
    action,
    place,
    place_path,
    command
from found
where owner_department is not null
