{{ config(materialized='view') }}
-- One row per move that can be split: a KPI between two periods, or around the date of a change.
select
    move_id,
    cast(null as varchar) as change_id,
    kpi_id,
    scope_kind,
    journey_id,
    touchpoint_id,
    comparison,
    grain,
    period_start,
    before_grain,
    before_start,
    numerator_before,
    denominator_before,
    numerator_after,
    denominator_after,
    value_before,
    value_after,
    change,
    is_additive,
    is_latest
from {{ ref('fct_kpi_moves') }}
where change is not null
union all
select
    move_id,
    change_id,
    kpi_id,
    'touchpoint',
    cast(null as varchar),
    touchpoint_id,
    'change',
    cast(null as varchar),
    period_start,
    cast(null as varchar),
    before_start,
    numerator_before,
    denominator_before,
    numerator_after,
    denominator_after,
    value_before,
    value_after,
    change,
    is_additive,
    false
from {{ ref('fct_change_moves') }}
where change is not null
