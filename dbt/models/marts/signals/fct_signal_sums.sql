-- One row per signal, subject and measure: the recent weeks beside the weeks before them, and how many times as much those weeks differed as chance explains.
with span as (

    select *, recent_days / 7 as recent_weeks from {{ ref('dim_signal_span') }}

),

summed as (

    select
        weeks.signal_id, weeks.subject_kind, weeks.subject_id, weeks.subject_name, weeks.measure_id, weeks.measure_name, weeks.unit_kind, weeks.method, weeks.harm,
        weeks.level_threshold, weeks.judges_moves, weeks.smallest_rise, weeks.needs_every_week, weeks.last_date,
        span.recent_days, span.earlier_days, span.error_share, span.smallest_n, span.fewest_weeks,
        coalesce(round(sum(weeks.numerator) filter (where weeks.week < span.recent_weeks), 6), 0) as recent_numerator,
        coalesce(round(sum(weeks.numerator_sq) filter (where weeks.week < span.recent_weeks), 6), 0) as recent_numerator_sq,
        coalesce(sum(weeks.denominator) filter (where weeks.week < span.recent_weeks), 0) as recent_n,
        count(*) filter (where weeks.week < span.recent_weeks and weeks.numerator > 0) = max(span.recent_weeks) as is_in_every_week,
        coalesce(round(sum(weeks.numerator) filter (where weeks.week >= span.recent_weeks), 6), 0) as earlier_numerator,
        coalesce(round(sum(weeks.numerator_sq) filter (where weeks.week >= span.recent_weeks), 6), 0) as earlier_numerator_sq,
        coalesce(sum(weeks.denominator) filter (where weeks.week >= span.recent_weeks), 0) as earlier_n,
        count(*) filter (where weeks.week >= span.recent_weeks and weeks.denominator > 0) as earlier_weeks,
        round(sum(power(weeks.numerator, 2) / nullif(weeks.denominator, 0)) filter (where weeks.week >= span.recent_weeks), 6) as earlier_weeks_sq
    from {{ ref('fct_signal_weeks') }} as weeks
    cross join span
    group by all

),

varied as (

    select
        *,
        case when recent_n > 0 then {{ unit_variance('method', 'recent_numerator', 'recent_numerator_sq', 'recent_n') }} end as recent_variance,
        case when earlier_n > 0 then {{ unit_variance('method', 'earlier_numerator', 'earlier_numerator_sq', 'earlier_n') }} end as earlier_variance
    from summed

)

select
    *,
    recent_numerator / nullif(recent_n, 0) as recent_value,
    earlier_numerator / nullif(earlier_n, 0) as earlier_value,
    -- how many times as much the earlier weeks differed among themselves as single answers, calls or parcels explain; null for a week or none
    greatest(0.0, earlier_weeks_sq - power(earlier_numerator, 2) / nullif(earlier_n, 0)) / nullif(earlier_weeks - 1, 0) / nullif(earlier_variance, 0) as week_variation
from varied
