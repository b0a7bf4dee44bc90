{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('answers') }}",
    post_hook="{{ end_days('answers') }}",
) }}

-- depends_on: {{ ref('int_segment_days') }}
with answers as (

    select
        answers.*,
        segments.segment,
        segments.segment_before,
        metric = 'nps' and scale_min = 0 and scale_max = 10 as is_nps,
        metric = 'csat' and scale_min = 1 and scale_max = 5 as is_csat,
        metric = 'ces' and scale_min = 1 and scale_max = 7 as is_ces,
        case when score >= 9 then 100 when score <= 6 then -100 else 0 end as nps_points
    from {{ ref('int_answers') }} as answers
    left join {{ segments_of('answers') }} as segments on answers._key = segments.event_key
    where {{ touched_days('answers') }}

)

select
    event_date,
    attributed_by,
    touchpoint_id,
    event_type,
    source,
    survey_id,
    channel,
    payment_method,
    queue,
    topic,
    carrier,
    supplier_id,
    segment,
    segment_before,
    count(*) as answers_count,
    count(*) filter (where not (is_nps or is_csat or is_ces)) as other_scale_count,
    count(*) filter (where is_nps) as nps_answers_count,
    coalesce(sum(nps_points) filter (where is_nps), 0) as nps_points_total,
    coalesce(sum(power(nps_points, 2)) filter (where is_nps), 0) as nps_points_total_sq,
    coalesce(sum(power(nps_points, 3)) filter (where is_nps), 0) as nps_points_total_cube,
    count(*) filter (where is_nps and score >= 9) as high_answers_count,
    count(*) filter (where is_nps and score >= 7 and score < 9) as middle_answers_count,
    count(*) filter (where is_nps and score < 7) as low_answers_count,
    count(*) filter (where is_csat) as csat_answers_count,
    count(*) filter (where is_csat and score >= 4) as csat_satisfied_count,
    count(*) filter (where is_ces) as ces_answers_count,
    count(*) filter (where is_ces and score >= 5) as ces_easy_count,
    coalesce(sum(score) filter (where is_ces), 0) as ces_score_total,
    coalesce(sum(power(score, 2)) filter (where is_ces), 0) as ces_score_total_sq,
    coalesce(sum(power(score, 3)) filter (where is_ces), 0) as ces_score_total_cube
from answers
group by all
