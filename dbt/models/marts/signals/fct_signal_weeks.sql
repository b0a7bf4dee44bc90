-- One row per signal, subject, measure and week of seven days, counted back from the last day its figures are known: week 0 is the latest.
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
with days as (

    {% for model in counted %}
    select
        signal_id, subject_kind, subject_id, subject_name, measure_id, measure_name, unit_kind, method, harm,
        level_threshold, judges_moves, smallest_rise, needs_every_week, last_date, local_date, numerator, numerator_sq, denominator
    from {{ model }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    days.signal_id, days.subject_kind, days.subject_id, days.subject_name, days.measure_id, days.measure_name, days.unit_kind, days.method, days.harm,
    days.level_threshold, days.judges_moves, days.smallest_rise, days.needs_every_week, days.last_date,
    {{ whole_weeks_between('days.local_date', 'days.last_date') }} as week,
    -- rounding takes out what the order of adding left
    round(sum(days.numerator), 6) as numerator,
    round(sum(days.numerator_sq), 6) as numerator_sq,
    sum(days.denominator) as denominator
from days
cross join {{ ref('dim_signal_span') }} as span
where days.local_date <= days.last_date and days.local_date > days.last_date - span.recent_days - span.earlier_days
group by all
