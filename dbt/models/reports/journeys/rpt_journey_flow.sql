-- One row per journey, phase and period: how many entered, came to its end, dropped out, are still in it, came again,
-- went back, and how long it took.
with periods as (

    select distinct journey_id, grain, period_start, period_end, is_settled, instances_count
    from {{ ref('fct_journey_flow') }}

),

grains as (

    select 'settled_year' as grain
    union all
    select 'total'

),

phases as (

    select phases.*, grains.grain, periods.period_start, periods.period_end, periods.is_settled, periods.instances_count
    from {{ ref('dim_journeys') }} as phases
    cross join grains
    left join periods on phases.journey_id = periods.journey_id and grains.grain = periods.grain
    union all
    select
        phases.*, periods.grain, periods.period_start, periods.period_end, periods.is_settled, periods.instances_count
    from {{ ref('dim_journeys') }} as phases
    inner join periods on phases.journey_id = periods.journey_id and periods.grain = 'month'

),

judged as (

    select
        phases.journey_id,
        phases.phase_id,
        phases.phase_name,
        phases.phase_position,
        phases.start_event,
        phases.end_event,
        phases.is_moment,
        phases.not_followed_reason,
        phases.grain,
        phases.period_start,
        phases.period_end,
        coalesce(phases.is_settled, true) as is_settled,
        coalesce(phases.instances_count, 0) as instances_count,
        journeys.gap_days,
        flow.* exclude (
            journey_id,
            phase_id,
            phase_name,
            phase_position,
            is_moment,
            grain,
            period_start,
            period_end,
            is_settled,
            instances_count
        ),
        case
            when phases.not_followed_reason is not null then 'not_followed'
            when coalesce(flow.entered_count, 0) = 0 then 'no_data'
            when flow.entered_count < 5 then 'hidden'
            when phases.grain = 'month' and not phases.is_settled then 'running'
            else 'shown'
        end as status
    from phases
    inner join {{ source('company_folder', 'journeys') }} as journeys using (journey_id)
    left join {{ ref('fct_journey_flow') }} as flow
        on
            phases.journey_id = flow.journey_id and phases.phase_id = flow.phase_id
            and phases.grain = flow.grain and phases.period_start = flow.period_start

)

select
    journey_id, phase_id, phase_name, phase_position, start_event, end_event, is_moment,
    grain, period_start, period_end, {{ period_text('period_start', 'period_end') }} as period_text,
    case when instances_count >= 5 then instances_count end as instances_count,
    {% for column in [
        'entered_count', 'completed_count', 'dropped_out_count', 'cut_off_count', 'running_count', 'repeated_count',
        'looped_back_count', 'reached_share', 'repeated_share'
    ] %}
    case when status in ('shown', 'running') then {{ column }} end as {{ column }},
    {% endfor %}
    {% for column in ['drop_out_share', 'drop_out_share_lower', 'drop_out_share_upper'] %}
    case when status = 'shown' and not is_moment then {{ column }} end as {{ column }},
    {% endfor %}
    case when status in ('shown', 'running') and not is_moment then dwell_count end as dwell_count,
    {% for column in ['dwell_median_hours', 'dwell_p90_hours'] %}
    case when status = 'shown' and not is_moment and dwell_count >= 5 then {{ column }} end as {{ column }},
    {% endfor %}
    status,
    case status
        when 'not_followed' then 'not followed: ' || not_followed_reason
        when 'no_data' then 'nobody entered it in this period'
        when 'hidden' then 'fewer than 5: not shown'
        when 'running' then 'not settled: some who began in this month may still go on'
        else
            nullif(concat_ws(
                '; ',
                case when is_moment then 'one event: entered and ended at once' end,
                case when not is_moment and closed_entered_count < 30 then 'fewer than 30: too few to judge' end,
                case
                    when cut_off_count > 0
                        then
                            cut_off_count || ' of those who dropped out came to its end later, after more than '
                            || gap_days || ' days without an event (gap_days)'
                end,
                case when running_count > 0 then running_count || ' still in it are no drop-outs' end,
                case when not is_moment and dwell_count < 5 then 'fewer than 5 ended: no time shown' end
            ), '')
    end as reason,
    case when status = 'shown' and not is_moment then printf('%.1f %%', 100 * drop_out_share) end as drop_out_text,
    case
        when
            status = 'shown' and not is_moment
            then printf('%.1f to %.1f %%', 100 * drop_out_share_lower, 100 * drop_out_share_upper)
    end as drop_out_margin_text,
    case when status in ('shown', 'running') then printf('%.0f %%', 100 * reached_share) end as reached_text,
    case when status in ('shown', 'running') then printf('%.0f %%', 100 * repeated_share) end as repeated_text,
    case when status = 'shown' and not is_moment and dwell_count >= 5 then {{ hours_text('dwell_median_hours') }} end
        as dwell_median_text,
    case when status = 'shown' and not is_moment and dwell_count >= 5 then {{ hours_text('dwell_p90_hours') }} end
        as dwell_p90_text
from judged
