-- One row per window and survey with invitations: how many were answered within 14 days, so whose answers the scores
-- are.
with windowed as (

    select
        periods.grain as window_id,
        periods.period_start as window_start,
        periods.period_end as window_end,
        kpis.window_shift_days,
        invitations.survey_id,
        invitations.touchpoint_id,
        cast(sum(invitations.invitations_count) as bigint) as invitations_count,
        cast(sum(invitations.answered_count) as bigint) as answered_count
    from {{ ref('int_invitations_daily') }} as invitations
    cross join (select * from {{ ref('dim_kpis') }} where kpi_id = 'response_rate' and is_measurable) as kpis
    inner join {{ ref('dim_periods') }} as periods
        on invitations.event_date + kpis.window_shift_days = periods.local_date and periods.grain like 'last_%'
    group by all

),

shown as (

    select
        *,
        cast(answered_count as double) / invitations_count as rate,
        cast(invitations_count as double) as asked
    from windowed
    where invitations_count >= 5

)

select
    windowed.window_id, windowed.window_start, windowed.window_end, windowed.survey_id,
    windowed.touchpoint_id, touchpoints.touchpoint_name,
    windowed.invitations_count,
    shown.answered_count,
    shown.rate as response_rate,
    {{ share_text('shown.rate') }} as response_text,
    {{ share_text(wilson_bound('shown.answered_count', 'shown.asked', '-')) }}
    || ' to '
    || {{ share_text(wilson_bound('shown.answered_count', 'shown.asked', '+')) }} as limits_text,
    'sent up to '
    || {{ written_date('windowed.window_end - windowed.window_shift_days') }}
    || ': later ones have not had their 14 days' as note
from windowed
left join shown on windowed.window_id = shown.window_id and windowed.survey_id = shown.survey_id
left join {{ ref('dim_touchpoints') }} as touchpoints on windowed.touchpoint_id = touchpoints.touchpoint_id
