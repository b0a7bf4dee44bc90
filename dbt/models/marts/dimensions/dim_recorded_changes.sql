-- One row per change recorded by a person. Its facts are those recorded now; its plan is the one at its start.
with kept as (

    select *, row_number() over (partition by change_id, {{ local_date('started_at') }} order by position) as number
    from {{ source('company_folder', 'change_plans') }}

),

-- what was kept first when it had started counts: a log that says otherwise today was rewritten
kept_plans as (

    select kept.*
    from kept
    inner join {{ ref('dim_change_plans') }} as told using (change_id)
    where kept.number = 1 and {{ local_date('kept.started_at') }} = {{ local_date('told.started_at') }}

)

select
    told.change_id, told.title, told.description, told.started_at,
    -- a log that was written over tells another end of the roll-out: it counts when that was said before both days were
    -- past
    case
        when
            kept_plans.is_planned
            and not exists (
                select 1
                from {{ ref('dim_change_versions') }} as versions
                where
                    versions.change_id = told.change_id
                    and versions.rolled_out_at is not distinct from kept_plans.rolled_out_at
            )
            and not coalesce(
                told.recorded_at > kept_plans.published_at
                and {{ local_date('told.recorded_at') }}
                <= {{ local_date('coalesce(kept_plans.rolled_out_at, kept_plans.started_at)') }}
                and {{ local_date('told.recorded_at') }}
                <= {{ local_date('coalesce(told.rolled_out_at, told.started_at)') }},
                false
            )
            then kept_plans.rolled_out_at
        else told.rolled_out_at
    end as rolled_out_at,
    told.ended_at,
    {%- for column in ['kind', 'touchpoints', 'components', 'suppliers', 'channels', 'segments'] %}
    case when kept_plans.is_planned then kept_plans.{{ column }} else told.{{ column }} end as {{ column }},
    {%- endfor %}
    told.owner_department,
    {%- for column in ['primary_kpi', 'expected_direction', 'expected_size', 'evaluation_date'] %}
    case when kept_plans.is_planned then kept_plans.{{ column }} else told.{{ column }} end as {{ column }},
    {%- endfor %}
    told.investment_amount,
    told.recorded_in,
    told.recorded_at,
    coalesce(kept_plans.is_planned, told.is_planned) as is_planned,
    told.is_withdrawn
from {{ ref('dim_change_plans') }} as told
left join kept_plans using (change_id)
where told.is_known
