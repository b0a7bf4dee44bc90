-- One row per move (between two periods, or around the start of a change), dimension and member: its figures on both
-- sides and what it adds to the change, as mix and as rate, with the texts a page shows.
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
    value_before_text,
    value_after_text,
    weight_before_text,
    weight_after_text,
    mix_text,
    rate_text,
    total_text,
    mix_bar,
    rate_bar
from {{ ref('fct_kpi_split_texts') }}
