-- One row per move, dimension and member that may be shown: members too small for it stand together as one.
-- fewer than 5 below the line are not shown anywhere; members of a KPI of the company share one denominator, and none is hidden
with judged as (

    select
        *, not is_additive and ({{ is_hidden_count('denominator_before') }} or {{ is_hidden_count('denominator_after') }}) as is_small
    from {{ ref('fct_kpi_split_parts') }}

),

together as (

    select
        *,
        sum(case when is_small then denominator_before else 0 end) over (partition by move_id, dimension_set) as small_before,
        sum(case when is_small then denominator_after else 0 end) over (partition by move_id, dimension_set) as small_after
    from judged

),

-- when the small members together are still too few, the smallest other member that makes them enough joins them; otherwise the total would reveal them
ranked as (

    select
        *,
        {{ is_hidden_count('small_before') }} or {{ is_hidden_count('small_after') }} as is_short,
        not is_small
        and not ({{ is_hidden_count('small_before + denominator_before') }} or {{ is_hidden_count('small_after + denominator_after') }}) as is_helper
    from together

),

chosen as (

    select
        *,
        is_small
        or is_short and (
            not bool_or(is_helper) over (partition by move_id, dimension_set)
            or is_helper and 1 = row_number() over (
                partition by move_id, dimension_set, is_helper order by greatest(denominator_before, denominator_after), member
            )
        ) as is_folded
    from ranked

)

select
    move_id, dimension_set, is_additive,
    case when is_folded then 'other' else member_kind end as member_kind,
    case when not is_folded then member end as member,
    round(sum(numerator_before), 6) as numerator_before,
    case when is_additive then max(denominator_before) else sum(denominator_before) end as denominator_before,
    round(sum(numerator_after), 6) as numerator_after,
    case when is_additive then max(denominator_after) else sum(denominator_after) end as denominator_after
from chosen
group by move_id, dimension_set, is_additive, is_folded, case when is_folded then 'other' else member_kind end, case when not is_folded then member end
