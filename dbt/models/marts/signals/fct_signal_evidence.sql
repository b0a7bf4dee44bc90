-- One row per comparison a signal makes: is a figure beyond its threshold (level), or worse than in the weeks before
-- (move)? Only when its whole interval says so.
with comparisons as (

    select *, 'level' as comparison
    from {{ ref('fct_signal_sums') }}
    where level_threshold is not null and (recent_n > 0 or earlier_n > 0)
    union all
    select *, 'move' from {{ ref('fct_signal_sums') }} where judges_moves and (recent_n > 0 or earlier_n > 0)

),

counted as (

    select *, count(*) over (partition by signal_id) as comparisons_count from comparisons

),

scaled as (

    select
        *,
        {{ normal_quantile('(error_share / (2 * comparisons_count))') }} as plain_z,
        -- one success and one failure more on either side (Agresti and Caffo 2000), so that shares near 0 and 1 keep an
        -- interval
        (recent_numerator + 1) / (recent_n + 2) as recent_share,
        (earlier_numerator + 1) / (earlier_n + 2) as earlier_share
    from counted

),

widened as (

    select
        *,
        -- weeks that differ more than chance widen the interval, by Student's t because their variance is estimated;
        -- nothing makes it narrower
        greatest(plain_z, coalesce({{ student_quantile('plain_z', '(earlier_weeks - 1)') }} * sqrt(week_variation), 0))
            as z
    from scaled

),

bounded as (

    select
        *,
        case
            when
                recent_n < smallest_n
                or (comparison = 'move' and (earlier_n < smallest_n or earlier_weeks < fewest_weeks))
                then null
            when method = 'share' then {{ wilson_bound('recent_numerator', 'recent_n', '-', 'z') }}
            when method = 'points' then recent_value - z * sqrt(recent_variance / recent_n)
            else greatest(0.0, recent_value - z * sqrt(recent_variance / recent_n))
        end as value_lower,
        case
            when
                recent_n < smallest_n
                or (comparison = 'move' and (earlier_n < smallest_n or earlier_weeks < fewest_weeks))
                then null
            when method = 'share' then {{ wilson_bound('recent_numerator', 'recent_n', '+', 'z') }}
            else recent_value + z * sqrt(recent_variance / recent_n)
        end as value_upper,
        case
            when comparison = 'move' and least(recent_n, earlier_n) >= smallest_n and earlier_weeks >= fewest_weeks
                then
                    case when method = 'share' then recent_share - earlier_share else recent_value - earlier_value end
        end as difference,
        z * sqrt(case
            when
                method = 'share'
                then
                    recent_share * (1 - recent_share) / (recent_n + 2)
                    + earlier_share * (1 - earlier_share) / (earlier_n + 2)
            else recent_variance / recent_n + earlier_variance / nullif(earlier_n, 0)
        end) as margin,
        case when harm = 'higher' then 1 else -1 end as harm_sign
    from widened

),

judged as (

    select
        *,
        case
            when value_lower is null then 'too_few'
            when comparison = 'level' and harm = 'higher'
                then
                    case
                        when
                            value_lower > level_threshold and (not needs_every_week or is_in_every_week)
                            then 'fires'
                        else 'clear'
                    end
            when comparison = 'level' then case when value_upper < level_threshold then 'fires' else 'clear' end
            when harm_sign * difference - margin > smallest_rise * abs(earlier_value) then 'fires'
            else 'clear'
        end as status
    from bounded

)

select
    signal_id, subject_kind, subject_id, subject_name, measure_id, measure_name, comparison, status, harm, unit_kind,
    last_date - recent_days + 1 as period_start, last_date as period_end,
    last_date - recent_days - earlier_days + 1 as earlier_start, last_date - recent_days as earlier_end,
    recent_numerator as numerator, cast(recent_n as bigint) as n, recent_value as value,
    -- rounded: the order of adding must not show
    round(value_lower, 9) as value_lower, round(value_upper, 9) as value_upper,
    cast(case when comparison = 'move' then earlier_n end as bigint) as earlier_n,
    case when comparison = 'move' then earlier_value end as earlier_value,
    round(difference, 9) as difference,
    round(difference - margin, 9) as difference_lower,
    round(difference + margin, 9) as difference_upper,
    case when comparison = 'level' then level_threshold end as threshold,
    case when comparison = 'move' then smallest_rise * abs(earlier_value) end as smallest_difference,
    comparisons_count, week_variation, z,
    -- how far beyond its threshold, or how much worse than before, in margins: the order in which evidence is listed
    case
        when status = 'too_few' then null
        when
            comparison = 'level'
            then harm_sign * (value - level_threshold) / nullif((value_upper - value_lower) / 2, 0)
        else (harm_sign * difference - smallest_rise * abs(earlier_value)) / nullif(margin, 0)
    end as strength
from (select *, recent_value as value from judged) as judged
