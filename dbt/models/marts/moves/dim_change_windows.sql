-- One row per started change, KPI and touchpoint in its scope: the weeks it is judged on, and as many directly before
-- its start. Null where they are not known yet, or there is no such time, with the reason.
with asked as (

    select change_id, kpi_id, touchpoint_id, started_at, verdict, reason, weeks
    from {{ ref('fct_change_judgements') }}
    where relation = 'in_scope' and touchpoint_id is not null and verdict <> 'not started'

),

judged as (

    select
        asked.change_id, asked.kpi_id, asked.touchpoint_id,
        min(weeks.week_start) as period_start,
        max(weeks.week_start) + 6 as period_end,
        cast(count(*) as integer) as weeks_count
    from asked
    cross join {{ rows_of('asked.weeks', 'weeks') }}
    where weeks.is_after
    group by asked.change_id, asked.kpi_id, asked.touchpoint_id

),

-- the first day any figure of the place stands on
known as (

    select kpi_id, touchpoint_id, min(local_date) as first_date
    from {{ ref('fct_judged_days') }}
    group by kpi_id, touchpoint_id

)

select
    asked.change_id, asked.kpi_id, asked.touchpoint_id, asked.started_at, asked.verdict,
    judged.period_start, judged.period_end, judged.weeks_count,
    asked.started_at - 7 * judged.weeks_count as before_start,
    case when judged.weeks_count is not null then asked.started_at - 1 end as before_end,
    case
        when judged.weeks_count is null then asked.reason
        when known.first_date > asked.started_at - 7 * judged.weeks_count
            then
                'the figures begin on '
                || {{ written_date('known.first_date') }}
                || ', less than '
                || {{ counted('judged.weeks_count', 'week') }}
                || ' before the start'
    end as reason
from asked
left join judged using (change_id, kpi_id, touchpoint_id)
left join known using (kpi_id, touchpoint_id)
