-- One row per move, dimension and member that may be shown: what the member adds to the change, as mix and as rate. The
-- effects of a dimension add up to the change. Fewer than 5 below the line are not shown anywhere; members of a KPI of
-- the company share one denominator, and none is hidden.
with parts as (

    select
        *,
        not is_additive
        and ({{ is_hidden_count('denominator_before') }} or {{ is_hidden_count('denominator_after') }}) as is_small
    from {{ ref('fct_kpi_split_parts') }}

),

together as (

    select
        *,
        sum(case when is_small then denominator_before else 0 end)
            over (partition by move_id, dimension_set)
            as small_before,
        sum(case when is_small then denominator_after else 0 end)
            over (partition by move_id, dimension_set)
            as small_after
    from parts

),

-- where the small ones are too few even together, the smallest member that makes them enough joins them, or the total
-- would reveal them
ranked as (

    select
        *,
        {{ is_hidden_count('small_before') }} or {{ is_hidden_count('small_after') }} as is_short,
        not is_small
        and not (
            {{ is_hidden_count('small_before + denominator_before') }}
            or {{ is_hidden_count('small_after + denominator_after') }}
        )
            as is_helper
    from together

),

chosen as (

    select
        *,
        is_small
        or is_short and (
            not bool_or(is_helper) over (partition by move_id, dimension_set)
            or is_helper and 1 = row_number() over (
                partition by move_id, dimension_set, is_helper
                order by greatest(denominator_before, denominator_after), member
            )
        ) as is_folded
    from ranked

),

members as (

    select
        move_id, dimension_set, is_additive,
        case when is_folded then 'other' else member_kind end as member_kind,
        case when not is_folded then member end as member,
        round(sum(numerator_before), 6) as numerator_before,
        case when is_additive then max(denominator_before) else sum(denominator_before) end as denominator_before,
        round(sum(numerator_after), 6) as numerator_after,
        case when is_additive then max(denominator_after) else sum(denominator_after) end as denominator_after,
        count(*) over (partition by move_id, dimension_set) as members_count
    from chosen
    group by
        move_id,
        dimension_set,
        is_additive,
        is_folded,
        case when is_folded then 'other' else member_kind end,
        case when not is_folded then member end

)

select
    moves.move_id,
    moves.change_id,
    moves.kpi_id,
    moves.scope_kind,
    moves.journey_id,
    moves.touchpoint_id,
    moves.comparison,
    moves.period_start,
    members.dimension_set, members.member_kind, members.member,
    members.numerator_before, members.denominator_before, members.numerator_after, members.denominator_after,
    members.numerator_before / nullif(members.denominator_before, 0) as value_before,
    members.numerator_after / nullif(members.denominator_after, 0) as value_after,
    case when not members.is_additive then members.denominator_before / moves.denominator_before end as weight_before,
    case when not members.is_additive then members.denominator_after / moves.denominator_after end as weight_after,
    {{ total_effect('members', 'moves', 'members.is_additive') }}
    - ({{ rate_effect('members', 'moves', 'members.is_additive') }}) as mix_effect,
    {{ rate_effect('members', 'moves', 'members.is_additive') }} as rate_effect,
    {{ total_effect('members', 'moves', 'members.is_additive') }} as total_effect,
    moves.change
from members
inner join {{ ref('fct_split_moves') }} as moves using (move_id)
-- one member alone is the whole: nothing to compare
where members.members_count > 1
