-- One row per move, dimension and member: the split as it is written, members in the order of what they add.
with splits as (

    select
        splits.*,
        moves.is_latest,
        greatest(moves.value_before, moves.value_after) as move_size,
        kpis.unit,
        kpis.unit_kind,
        case splits.member_kind
            when
                'named'
                then
                    coalesce(
                        suppliers.supplier_name,
                        case splits.dimension_set
                            when 'segment' then replace(splits.member, '_', ' ') else splits.member
                        end
                    )
            when 'other' then 'others, too few to be shown alone'
            else 'without a ' || splits.dimension_set
        end as member_name,
        row_number()
            over (
                partition by splits.move_id, splits.dimension_set
                order by abs(splits.total_effect) desc, splits.member_kind, splits.member
            )
            as position,
        nullif(
            max(greatest(abs(splits.mix_effect), abs(splits.rate_effect)))
                over (partition by splits.move_id, splits.dimension_set),
            0
        ) as largest_effect
    from {{ ref('fct_kpi_splits') }} as splits
    inner join {{ ref('fct_split_moves') }} as moves using (move_id)
    inner join {{ ref('dim_kpis') }} as kpis on splits.kpi_id = kpis.kpi_id
    left join
        {{ ref('dim_suppliers') }} as suppliers
        on splits.dimension_set = 'supplier' and splits.member = suppliers.supplier_id

)

select
    move_id,
    change_id,
    kpi_id,
    journey_id,
    touchpoint_id,
    comparison,
    period_start,
    is_latest,
    dimension_set,
    member_kind,
    member,
    member_name,
    position,
    numerator_before, denominator_before, value_before, weight_before,
    numerator_after, denominator_after, value_after, weight_after,
    mix_effect, rate_effect, total_effect, change, unit,
    {{ value_text('value_before', 'unit_kind', 'unit') }} as value_before_text,
    {{ value_text('value_after', 'unit_kind', 'unit') }} as value_after_text,
    {{ share_text('weight_before') }} as weight_before_text,
    {{ share_text('weight_after') }} as weight_after_text,
    {{ effect_text('mix_effect', 'unit_kind', 'move_size') }} as mix_text,
    {{ effect_text('rate_effect', 'unit_kind', 'move_size') }} as rate_text,
    {{ effect_text('total_effect', 'unit_kind', 'move_size') }} as total_text,
    coalesce(round(100 * mix_effect / largest_effect, 1), 0) as mix_bar,
    coalesce(round(100 * rate_effect / largest_effect, 1), 0) as rate_bar
from splits
