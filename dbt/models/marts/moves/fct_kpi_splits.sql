-- One row per move, dimension and member: what the member adds to the change, as mix and as rate. The effects of a dimension add up to the change.
with moves as (

    select * from {{ ref('fct_split_moves') }}

),

counted as (

    select *, count(*) over (partition by move_id, dimension_set) as members_count from {{ ref('fct_kpi_split_members') }}

)

select
    moves.move_id, moves.change_id, moves.kpi_id, moves.scope_kind, moves.journey_id, moves.touchpoint_id, moves.comparison, moves.period_start,
    counted.dimension_set, counted.member_kind, counted.member,
    counted.numerator_before, counted.denominator_before, counted.numerator_after, counted.denominator_after,
    counted.numerator_before / nullif(counted.denominator_before, 0) as value_before,
    counted.numerator_after / nullif(counted.denominator_after, 0) as value_after,
    case when not counted.is_additive then counted.denominator_before / moves.denominator_before end as weight_before,
    case when not counted.is_additive then counted.denominator_after / moves.denominator_after end as weight_after,
    {{ total_effect('counted', 'moves', 'counted.is_additive') }} - ({{ rate_effect('counted', 'moves', 'counted.is_additive') }}) as mix_effect,
    {{ rate_effect('counted', 'moves', 'counted.is_additive') }} as rate_effect,
    {{ total_effect('counted', 'moves', 'counted.is_additive') }} as total_effect,
    moves.change
from counted
inner join moves using (move_id)
-- one member alone is the whole: nothing to compare
where counted.members_count > 1
