-- One row per touchpoint and KPI it declares: what an alert may say about its last 28 days, in words.
with judged as (

    select tiles.*, {{ alert_status('tiles') }} as alert_status
    from {{ ref('rpt_touchpoint_tiles') }} as tiles
    where tiles.window_id = 'last_28_days'

)

select
    judged.touchpoint_id,
    judged.touchpoint_name,
    judged.owner_department,
    judged.kpi_id,
    judged.kpi_name,
    judged.window_end,
    judged.status,
    judged.alert_status,
    judged.pain,
    judged.touchpoint_name
    || ': '
    || {{ within_sentence('judged.kpi_name') }}
    || case judged.alert_status when 'red' then ' is off target' else ' is on target again' end as title,
    judged.value_text
    || ' ('
    || judged.interval_text
    || ', n '
    || printf('%,d', judged.n)
    || ') in the 28 days to '
    || {{ written_date('judged.window_end') }}
    || case judged.alert_status
        when 'red'
            then
                ': '
                || judged.gap_text
                || case judged.direction when 'higher' then ' below' else ' above' end
                || ' the target of '
                || judged.target_text
                || coalesce(' (bound ' || judged.bound_text || ')', '')
        else ': the target is ' || judged.target_text
    end
    || '.'
    || case judged.alert_status when 'red' then coalesce(' ' || known.known_text, '') else '' end as text
from judged
left join {{ ref('rpt_known_causes') }} as known
    on
        judged.window_id = known.window_id
        and judged.touchpoint_id = known.touchpoint_id
        and judged.kpi_id = known.kpi_id
where judged.alert_status is not null
