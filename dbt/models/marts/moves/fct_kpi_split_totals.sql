{{ config(materialized='view') }}
-- One row per move and dimension it can be split by: mix and rate over all members, and who stands behind the larger
-- share of each.
with parts as (

    select
        *,
        -- rounded: the order of adding must not show
        round(sum(mix_effect) over move_set, 12) as all_mix,
        round(sum(rate_effect) over move_set, 12) as all_rate,
        case when change_id is null then ' now' else ' after' end as later
    from {{ ref('fct_kpi_split_texts') }}
    window move_set as (partition by move_id, dimension_set)

)

select
    move_id, dimension_set, all_mix as mix_effect, all_rate as rate_effect,
    {{ first_by(
        "member_name || ', ' || weight_before_text || ' of it before and ' || weight_after_text || later",
        'mix_effect * sign(all_mix) desc, position'
    ) }}
        as mix_member,
    {{ first_by(
        "member_name || ', ' || value_before_text || ' before and ' || value_after_text || later",
        'value_before_text || value_after_text is null, rate_effect * sign(all_rate) desc, position'
    ) }}
        as rate_member,
    {{ first_by("member_name || ' ' || total_text", 'total_effect * sign(all_mix + all_rate) desc, position') }}
        as total_member,
    round(sum(abs(mix_effect)), 12) as mix_size
from parts
group by move_id, dimension_set, all_mix, all_rate
