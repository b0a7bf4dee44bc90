-- One row per signal, subject and measure: the recent weeks and the weeks before them, and how many times as much those
-- weeks differed as chance explains. Weeks of seven days are counted back from the last day its figures are known: week
-- 0 is the latest.
{% set counted = [
    ref('fct_signal_complaints'),
    ref('fct_signal_costs'),
    ref('fct_signal_intake'),
    ref('fct_signal_suppliers'),
    ref('fct_signal_effort'),
    ref('fct_signal_word_of_mouth'),
    ref('fct_signal_repeat_questions'),
    ref('fct_signal_waits'),
    ref('fct_signal_unserved_hours'),
] %}
with span as (

    select *, recent_days / 7 as recent_weeks from {{ ref('dim_signal_span') }}

),

days as (

    {% for model in counted %}
    select
        signal_id, subject_kind, subject_id, subject_name, measure_id, last_date, local_date, numerator, numerator_sq,
        denominator
    from {{ model }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

weeks as (

    select
        days.signal_id, days.subject_kind, days.subject_id, days.subject_name, days.measure_id, days.last_date,
        {{ whole_weeks_between('days.local_date', 'days.last_date') }} as week,
        -- rounding takes out what the order of adding left
        round(sum(days.numerator), 6) as numerator,
        round(sum(days.numerator_sq), 6) as numerator_sq,
        sum(days.denominator) as denominator
    from days
    cross join span
    where days.local_date <= days.last_date and days.local_date > days.last_date - span.recent_days - span.earlier_days
    group by
        days.signal_id, days.subject_kind, days.subject_id, days.subject_name, days.measure_id, days.last_date,
        {{ whole_weeks_between('days.local_date', 'days.last_date') }}

),

summed as (

    select
        weeks.signal_id, weeks.subject_kind, weeks.subject_id, weeks.subject_name, weeks.measure_id, weeks.last_date,
        coalesce(round(sum(weeks.numerator) filter (where weeks.week < span.recent_weeks), 6), 0) as recent_numerator,
        coalesce(round(sum(weeks.numerator_sq) filter (where weeks.week < span.recent_weeks), 6), 0)
            as recent_numerator_sq,
        coalesce(sum(weeks.denominator) filter (where weeks.week < span.recent_weeks), 0) as recent_n,
        count(*) filter (where weeks.week < span.recent_weeks and weeks.numerator > 0)
        = max(span.recent_weeks) as is_in_every_week,
        coalesce(round(sum(weeks.numerator) filter (where weeks.week >= span.recent_weeks), 6), 0) as earlier_numerator,
        coalesce(round(sum(weeks.numerator_sq) filter (where weeks.week >= span.recent_weeks), 6), 0)
            as earlier_numerator_sq,
        coalesce(sum(weeks.denominator) filter (where weeks.week >= span.recent_weeks), 0) as earlier_n,
        count(*) filter (where weeks.week >= span.recent_weeks and weeks.denominator > 0) as earlier_weeks,
        round(
            sum(power(weeks.numerator, 2) / nullif(weeks.denominator, 0)) filter (
                where weeks.week >= span.recent_weeks
            ),
            6
        ) as earlier_weeks_sq
    from weeks
    cross join span
    group by
        weeks.signal_id, weeks.subject_kind, weeks.subject_id, weeks.subject_name, weeks.measure_id, weeks.last_date

),

-- a supplier is held against what the company agreed with it
bounds as (

    select
        'supplier_tension' as signal_id,
        components.supplier_id as subject_id,
        targets.kpi_id as measure_id,
        coalesce(targets.lower_bound, targets.target) as bound
    from {{ ref('fct_component_targets') }} as targets
    inner join {{ ref('dim_components') }} as components using (component_id)
    where targets.grain = 'last_28_days' and components.supplier_id is not null

),

varied as (

    select
        summed.*,
        measures.measure_name, measures.unit_kind, measures.method, measures.harm, measures.judges_moves,
        measures.smallest_rise, measures.needs_every_week,
        coalesce(bounds.bound, measures.level_threshold) as level_threshold,
        span.recent_days, span.earlier_days, span.error_share, span.smallest_n, span.fewest_weeks,
        case
            when
                recent_n > 0
                then {{ unit_variance('measures.method', 'recent_numerator', 'recent_numerator_sq', 'recent_n') }}
        end
            as recent_variance,
        case
            when
                earlier_n > 0
                then {{ unit_variance('measures.method', 'earlier_numerator', 'earlier_numerator_sq', 'earlier_n') }}
        end
            as earlier_variance
    from summed
    cross join span
    inner join
        {{ ref('dim_signal_measures') }} as measures
        on summed.signal_id = measures.signal_id and summed.measure_id = measures.measure_id
    left join
        bounds
        on
            summed.signal_id = bounds.signal_id
            and summed.subject_id = bounds.subject_id
            and summed.measure_id = bounds.measure_id

)

select
    *,
    recent_numerator / nullif(recent_n, 0) as recent_value,
    earlier_numerator / nullif(earlier_n, 0) as earlier_value,
    -- how many times as much the earlier weeks differed among themselves as single answers, calls or parcels explain;
    -- null for a week or none
    greatest(0.0, earlier_weeks_sq - power(earlier_numerator, 2) / nullif(earlier_n, 0))
    / nullif(earlier_weeks - 1, 0)
    / nullif(earlier_variance, 0) as week_variation
from varied
