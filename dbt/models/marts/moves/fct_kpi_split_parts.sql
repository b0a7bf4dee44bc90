-- One row per move, dimension and member, however small: sums above and below the line in both periods.
with moves as (

    select * from {{ ref('fct_split_moves') }}

),

sides as (

    {% for side in ['before', 'after'] %}
    select
        moves.move_id, sums.dimension_set, coalesce(sums.channel, sums.supplier_id, sums.segment) as member,
        {{ 'sums.numerator' if side == 'before' else '0.0' }} as numerator_before,
        {{ 'sums.denominator' if side == 'before' else '0.0' }} as denominator_before,
        {{ 'sums.numerator' if side == 'after' else '0.0' }} as numerator_after,
        {{ 'sums.denominator' if side == 'after' else '0.0' }} as denominator_after
    from moves
    inner join {{ ref('fct_kpi_sums') }} as sums
        on
            moves.kpi_id = sums.kpi_id
            and moves.scope_kind = sums.scope_kind
            and moves.journey_id is not distinct from sums.journey_id
            and moves.touchpoint_id is not distinct from sums.touchpoint_id
            and moves.{{ 'before_grain' if side == 'before' else 'grain' }} = sums.grain
            and moves.{{ 'before_start' if side == 'before' else 'period_start' }} = sums.period_start
    where sums.dimension_set not in ('total', 'other_supplier')
    union all
    {% endfor %}
    select
        moves.move_id,
        sums.dimension_set,
        sums.member,
        sums.numerator_before,
        sums.denominator_before,
        sums.numerator_after,
        sums.denominator_after
    from moves
    inner join {{ ref('fct_change_sums') }} as sums
        on moves.change_id = sums.change_id and moves.kpi_id = sums.kpi_id and moves.touchpoint_id = sums.touchpoint_id
    where sums.dimension_set not in ('total', 'other_supplier')

),

named as (

    select
        move_id, dimension_set, 'named' as member_kind, member,
        sum(numerator_before) as numerator_before, sum(denominator_before) as denominator_before,
        sum(numerator_after) as numerator_after, sum(denominator_after) as denominator_after
    from sides
    group by move_id, dimension_set, member

),

-- what carries no value of the dimension is a member of its own, or the parts would not add up
rests as (

    select
        moves.move_id, named.dimension_set, 'not_applicable' as member_kind, cast(null as varchar) as member,
        -- rounded as fct_kpi_sums is: the order of adding must not show
        round(moves.numerator_before - sum(named.numerator_before), 6) as numerator_before,
        moves.denominator_before - sum(named.denominator_before) as denominator_before,
        round(moves.numerator_after - sum(named.numerator_after), 6) as numerator_after,
        moves.denominator_after - sum(named.denominator_after) as denominator_after
    from named
    inner join moves using (move_id)
    group by
        moves.move_id,
        named.dimension_set,
        moves.numerator_before,
        moves.denominator_before,
        moves.numerator_after,
        moves.denominator_after

)

select
    found.move_id,
    found.dimension_set,
    found.member_kind,
    found.member,
    found.is_additive,
    found.numerator_before,
    found.numerator_after,
    case when found.is_additive then moves.denominator_before else found.denominator_before end as denominator_before,
    case when found.is_additive then moves.denominator_after else found.denominator_after end as denominator_after
from (
    -- a segment has a denominator of its own also where that of channels and suppliers is the company's
    select parts.*, whole.is_additive and parts.dimension_set <> 'segment' as is_additive
    from (
        select * from named
        union all
        select * from rests
    ) as parts
    inner join moves as whole using (move_id)
) as found
inner join moves using (move_id)
-- what rounding left behind is no member
where
    found.denominator_before > 0
    or found.denominator_after > 0
    or greatest(abs(found.numerator_before), abs(found.numerator_after)) > 1e-8
