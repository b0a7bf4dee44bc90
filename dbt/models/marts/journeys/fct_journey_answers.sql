-- One row per journey and period with instances: the phases in which they drop out, wait longest and come back most,
-- with the figures. Phases with fewer than 30 instances are not judged.
with ranked as (

    select
        *,
        row_number()
            over (
                partition by journey_id, grain
                order by
                    case when closed_entered_count >= 30 and not is_moment then drop_out_share end desc nulls last,
                    phase_position
            )
            as drop_out_rank,
        row_number()
            over (
                partition by journey_id, grain
                order by
                    case when dwell_count >= 30 and not is_moment then dwell_median_hours end desc nulls last,
                    phase_position
            )
            as dwell_rank,
        row_number()
            over (
                partition by journey_id, grain
                order by case when entered_count >= 30 then repeated_share end desc nulls last, phase_position
            )
            as repeated_rank
    from {{ ref('fct_journey_flow') }}
    where grain in ('settled_year', 'total')

)

select
    stuck.journey_id, stuck.grain, stuck.period_start, stuck.period_end, stuck.instances_count, stuck.closed_count,
    case when stuck.closed_entered_count >= 30 and not stuck.is_moment then stuck.phase_name end as stuck_phase_name,
    stuck.drop_out_share,
    stuck.drop_out_share_lower,
    stuck.drop_out_share_upper,
    stuck.dropped_out_count,
    stuck.closed_entered_count,
    case
        when
            next.closed_entered_count >= 30
            and not next.is_moment
            and next.drop_out_share > 0
            and next.drop_out_share_upper >= stuck.drop_out_share_lower
            then next.phase_name
    end as rival_phase_name,
    next.drop_out_share as rival_drop_out_share,
    case when slow.dwell_count >= 30 and not slow.is_moment then slow.phase_name end as slow_phase_name,
    slow.dwell_median_hours, slow.dwell_p90_hours,
    case when again.entered_count >= 30 and again.repeated_count >= 5 then again.phase_name end as again_phase_name,
    again.repeated_share
from ranked as stuck
inner join ranked as slow on stuck.journey_id = slow.journey_id and stuck.grain = slow.grain and slow.dwell_rank = 1
inner join
    ranked as again
    on stuck.journey_id = again.journey_id and stuck.grain = again.grain and again.repeated_rank = 1
left join ranked as next on stuck.journey_id = next.journey_id and stuck.grain = next.grain and next.drop_out_rank = 2
where stuck.drop_out_rank = 1
