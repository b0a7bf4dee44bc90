-- One row per comparison a signal makes, the strongest evidence first, with one plain sentence.
{% set size = 'greatest(value, earlier_value)' %}
with texts as (

    select
        *,
        case when unit_kind = 'currency' then '{{ var("currency") }}' else unit_kind end as unit,
        case comparison when 'level' then 'against its threshold' else 'against the weeks before' end as comparison_text
    from {{ ref('fct_signal_evidence') }}

),

written as (

    select
        *,
        {{ value_text('value', 'unit_kind', 'unit') }} as value_text,
        {{ value_text('value_lower', 'unit_kind', 'unit') }}
        || ' to '
        || {{ value_text('value_upper', 'unit_kind', 'unit') }} as limits_text,
        {{ value_text('threshold', 'unit_kind', 'unit') }} as threshold_text,
        {{ value_text('earlier_value', 'unit_kind', 'unit') }} as earlier_text,
        {{ effect_text('difference', 'unit_kind', size) }}
        || {{ effect_unit('unit_kind', 'unit', size) }} as difference_text,
        {{ effect_text('difference_lower', 'unit_kind', size) }}
        || ' to '
        || {{ effect_text('difference_upper', 'unit_kind', size) }} as difference_limits_text
    from texts

)

select
    signal_id,
    row_number()
        over (
            partition by signal_id
            order by status = 'fires' desc, strength desc nulls last, subject_id, measure_id, comparison
        )
        as position,
    subject_kind, subject_id, subject_name, measure_id, measure_name, comparison, comparison_text, status,
    period_start, period_end, {{ period_text('period_start', 'period_end') }} as period_text,
    n, case when n >= 5 then value end as value, value_lower, value_upper, threshold,
    case when n >= 5 then earlier_n end as earlier_n,
    case when n >= 5 and earlier_n >= 5 then earlier_value end as earlier_value,
    difference, difference_lower, difference_upper,
    case when n >= 5 then value_text end as value_text, limits_text,
    case
        when comparison = 'level' then 'threshold ' || threshold_text
        when earlier_n >= 5 then earlier_text || ' before, n ' || earlier_n
        else 'nothing before'
    end as against_text,
    case when comparison = 'move' then difference_text || ' (' || difference_limits_text || ')' end as difference_text,
    subject_name || ', ' || measure_name || ': '
    || case
        when
            status = 'too_few'
            then
                'too few to judge (n '
                || n
                || case when comparison = 'move' then ', ' || earlier_n || ' before' else '' end
                || ').'
        when comparison = 'level'
            then
                value_text || ' (' || limits_text || ', n ' || n || '), '
                || case
                    when status = 'fires' then case harm when 'higher' then 'clearly above ' else 'clearly below ' end
                    when
                        (value > threshold) = (harm = 'higher') and value <> threshold
                        then case harm when 'higher' then 'above, but not clearly, ' else 'below, but not clearly, ' end
                    else case harm when 'higher' then 'not above ' else 'not below ' end
                end || threshold_text || '.'
        else
            value_text
            || ' after '
            || earlier_text
            || ' before, a difference of '
            || difference_text
            || ' ('
            || difference_limits_text
            || ', n '
            || n
            || '): '
            || case status when 'fires' then 'clearly worse.' else 'not clearly worse.' end
    end as sentence
from written
