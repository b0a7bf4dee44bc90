-- One row per change and field that was edited: between two recorded versions, or between what was kept at the start
-- and what the change's log says since.
with versions as (

    select *, started_at as version_started_at from {{ ref('dim_change_versions') }}

),

fields as (
{{ list_change_fields('versions', ['change_id', 'version', 'recorded_at', 'version_started_at']) }}  -- noqa: LT02
),

stepped as (

    select
        *,
        lag(told) over (partition by change_id, field order by version) as told_before,
        lag(version_started_at) over (partition by change_id, field order by version) as started_before
    from fields

),

recorded_edits as (

    select
        change_id, field, field_name, field_position, recorded_at as edited_at, told_before, told,
        recorded_at >= least(started_before, version_started_at) as is_after_start,
        false as is_rewritten
    from stepped
    where version > 1 and told is distinct from told_before

),

-- what was kept at each publish, and last what is recorded now
kept as (

    select *, published_at as seen_at from {{ source('company_folder', 'change_plans') }}

),

told_now as (

    select * from {{ ref('dim_change_plans') }} where change_id in (select change_id from kept)

),

kept_fields as (
{{ list_change_fields('kept', ['change_id', 'position', 'recorded_at', 'seen_at']) }}  -- noqa: LT02
    union all
    select change_id, 1000000000, recorded_at, null, field, field_name, field_position, told
    from (
{{ list_change_fields('told_now', ['change_id', 'recorded_at']) }}  -- noqa: LT02
    ) as now_fields
),

kept_steps as (

    select
        change_id, field, field_name, field_position, told as told_before,
        lead(told) over (partition by change_id, field order by position) as told,
        recorded_at as recorded_before,
        lead(recorded_at) over (partition by change_id, field order by position) as recorded_at,
        lead(seen_at) over (partition by change_id, field order by position) as seen_at,
        lead(position) over (partition by change_id, field order by position) as next_position
    from kept_fields

),

-- an edit that the recorded versions do not show: the log was written over, or the change is gone from it
rewritten as (

    select
        change_id, field, field_name, field_position,
        case when recorded_at > recorded_before then recorded_at else seen_at end as edited_at,
        told_before, told, true as is_after_start, true as is_rewritten
    from kept_steps
    where
        next_position is not null
        and told is distinct from told_before
        and not exists (
            select 1
            from fields
            where
                fields.change_id = kept_steps.change_id
                and fields.field = kept_steps.field
                and fields.told is not distinct from kept_steps.told_before
        )

),

-- as people say it: titles in quotes, KPIs by their name, sizes in the KPI's unit where one KPI is meant throughout
worded as (

    select
        edits.*, changes.is_planned, {{ written_date('changes.rolled_out_date') }} as counting,
        upper(substr(edits.field_name, 1, 1)) || substr(edits.field_name, 2) as subject,
        {{ told_text('edits.told_before', 'kpis_before') }} as said_before,
        {{ told_text('edits.told', 'kpis_after') }} as said
    from (
        select *, bool_or(field = 'primary_kpi') over (partition by change_id) as has_other_kpi
        from (
            select * from recorded_edits
            union all
            select * from rewritten
        ) as all_edits
    ) as edits
    inner join {{ ref('dim_changes') }} as changes using (change_id)
    left join {{ ref('dim_kpis') }} as kpis on changes.primary_kpi = kpis.kpi_id
    left join {{ ref('dim_kpis') }} as kpis_before on edits.told_before = kpis_before.kpi_id
    left join {{ ref('dim_kpis') }} as kpis_after on edits.told = kpis_after.kpi_id

)

select
    change_id, edited_at, {{ local_date('edited_at') }} as edited_date, field, field_name, field_position,
    told_before as before, told as after, is_after_start, is_rewritten,
    case
        when field = 'is_withdrawn' and told = 'yes' then 'Withdrawn'
        when field = 'is_withdrawn' then 'Taken up again'
        when told_before is null then subject || ' added: ' || said
        when told is null then subject || ' removed; it was ' || said_before
        else subject || ' changed from ' || said_before || ' to ' || said
    end
    || coalesce(' on ' || {{ written_date(local_date('edited_at')) }}, '')
    || case when is_after_start then ', after the start' else ', before the start' end
    || case
        when field = 'rolled_out_at' and is_planned and (told is distinct from counting)
            then '; what counts is ' || coalesce(counting, 'the start')
        else ''
    end
    || case when is_rewritten then '; what was kept at the start tells it, the log does not' else '' end
    || '.' as text
from worded
