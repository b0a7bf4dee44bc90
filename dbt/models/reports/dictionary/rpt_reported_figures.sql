-- One row per KPI, touchpoint (or the company) and closed month: as it was first reported, as it stands now, and how
-- often it was revised between.
with reports as (

    select kpi_id, kpi_version, touchpoint_id, month_start, value, n, built_at
    from {{ source('company_folder', 'reported_figures') }}
    where build_id <> (select build_id from {{ source('company_folder', 'build') }})
    union all
    select kpi_id, kpi_version, touchpoint_id, month_start, value, n, built_at
    from {{ ref('fct_figure_revisions') }}

),

numbered as (

    select
        *,
        row_number() over (partition by kpi_id, touchpoint_id, month_start order by built_at) as place,
        row_number() over (partition by kpi_id, touchpoint_id, month_start order by built_at desc) as recency,
        count(*) over (partition by kpi_id, touchpoint_id, month_start) - 1 as revisions_count
    from reports

),

paired as (

    select
        first_one.kpi_id, first_one.touchpoint_id, first_one.month_start,
        first_one.kpi_version as first_kpi_version, first_one.value as first_value, first_one.n as first_n,
        {{ local_date('first_one.built_at') }} as first_reported_date,
        last_one.kpi_version, last_one.value, last_one.n,
        case when last_one.revisions_count > 0 then {{ local_date('last_one.built_at') }} end as last_revised_date,
        last_one.revisions_count
    from numbered as first_one
    inner join numbered as last_one
        on
            first_one.kpi_id = last_one.kpi_id
            and coalesce(first_one.touchpoint_id, '-') = coalesce(last_one.touchpoint_id, '-')
            and first_one.month_start = last_one.month_start
    where first_one.place = 1 and last_one.recency = 1

),

written as (

    select
        paired.*,
        kpis.kpi_name, kpis.unit,
        {{ value_text('paired.first_value', 'before.unit_kind', 'before.unit') }} as first_value_text,
        {{ value_text('paired.value', 'now.unit_kind', 'now.unit') }} as value_text,
        case when paired.kpi_version = paired.first_kpi_version then paired.value - paired.first_value end as change,
        now.unit_kind as unit_kind_now, greatest(paired.value, paired.first_value) as size
    from paired
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    left join
        {{ ref('dim_kpi_versions') }} as before
        on paired.kpi_id = before.kpi_id and paired.first_kpi_version = before.version
    left join {{ ref('dim_kpi_versions') }} as now on paired.kpi_id = now.kpi_id and paired.kpi_version = now.version

)

select
    written.kpi_id,
    written.kpi_name,
    written.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.owner_department,
    written.month_start,
    written.first_kpi_version, written.first_value, written.first_n, written.first_reported_date,
    written.kpi_version, written.value, written.n, written.last_revised_date, written.revisions_count, written.unit,
    written.first_value_text, written.value_text,
    written.change,
    case
        when written.revisions_count > 0
            then
                {{ effect_text('written.change', 'written.unit_kind_now', 'written.size') }}
                || {{ effect_unit('written.unit_kind_now', 'written.unit', 'written.size') }}
    end as change_text,
    case
        when written.revisions_count = 0 then null
        when written.kpi_version <> written.first_kpi_version
            then 'counted with another definition since (version ' || written.kpi_version || '): not compared'
        when written.value is null then 'not shown any more'
        when written.n <> written.first_n
            then 'rows were loaded after the first report: n ' || written.first_n || ' then, ' || written.n || ' now'
        else 'rows that were counted then were corrected by rows loaded later; n is the same'
    end as reason_text,
    {{ written_date('written.first_reported_date') }} as first_reported_text,
    {{ written_date('written.last_revised_date') }} as last_revised_text,
    {{ written_month('written.month_start') }} as month_text,
    {{ written_month('written.month_start') }} || ': first reported ' || written.first_value_text || ' on '
    || {{ written_date('written.first_reported_date') }}
    || case
        when written.revisions_count = 0 then ', not changed since'
        when written.value is null then ', not shown any more since ' || {{ written_date('written.last_revised_date') }}
        else
            case
                when written.value_text = written.first_value_text then ', since changed by less than is written' else
                    ', now ' || written.value_text
            end
            || case when written.kpi_version <> written.first_kpi_version then ' (another definition)' else '' end
            || ', revised '
            || case when written.revisions_count = 1 then 'once' else written.revisions_count || ' times' end
            || ', last on ' || {{ written_date('written.last_revised_date') }}
    end as note
from written
left join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
