-- One row per journey (`all` for every touchpoint): planned changes at its touchpoints that run, wait for their
-- judgement, or wait too long.
with planned as (

    select scoped.change_id, scoped.touchpoint_id, standing.status, standing.is_overdue
    from {{ ref('dim_change_touchpoints') }} as scoped
    inner join {{ ref('dim_changes') }} as changes using (change_id)
    inner join {{ ref('fct_change_status') }} as standing using (change_id)
    where
        (changes.is_planned or changes.evaluation_date is not null)
        and not changes.is_withdrawn
        and standing.status in ('do', 'check')

),

members as (

    select distinct journey_id, touchpoint_id from {{ source('company_folder', 'phase_touchpoints') }}
    union all
    select 'all', touchpoint_id from {{ ref('dim_touchpoints') }}

),

counted as (

    select
        members.journey_id,
        count(distinct planned.change_id) filter (where planned.status = 'do') as running_count,
        count(distinct planned.change_id) filter (where planned.status = 'check' and not planned.is_overdue)
            as to_judge_count,
        count(distinct planned.change_id) filter (where planned.status = 'check' and planned.is_overdue)
            as overdue_count
    from members
    left join planned using (touchpoint_id)
    group by members.journey_id

)

select
    journey_id, running_count, to_judge_count, overdue_count,
    case
        when running_count + to_judge_count + overdue_count = 0 then 'no planned change runs here'
        else
            'changes: '
            || running_count
            || ' running, '
            || to_judge_count
            || ' to judge, '
            || overdue_count
            || ' overdue'
    end as changes_text
from counted
