{# The colour of a value against its target, from its interval; reversed where lower is better. #}
{% macro kpi_status(kpi, targets) -%}
case
    when coalesce({{ kpi }}.denominator, 0) = 0 then 'no_data'
    when {{ kpi }}.denominator < 5 then 'hidden'
    when {{ kpi }}.denominator < {{ kpi }}.minimum_n then 'grey'
    when {{ targets }}.target is null or {{ kpi }}.direction = 'neutral' or {{ kpi }}.value_lower is null then 'neutral'
    when {{ kpi }}.direction = 'higher' and {{ kpi }}.value_lower >= {{ targets }}.target then 'green'
    when {{ kpi }}.direction = 'higher' and {{ kpi }}.value_upper < coalesce({{ targets }}.lower_bound, {{ targets }}.target) then 'red'
    when {{ kpi }}.direction = 'lower' and {{ kpi }}.value_upper <= {{ targets }}.target then 'green'
    when {{ kpi }}.direction = 'lower' and {{ kpi }}.value_lower > coalesce({{ targets }}.lower_bound, {{ targets }}.target) then 'red'
    else 'yellow'
end
{%- endmacro %}

{#
  What an alert may say of a figure: red only where even an interval twice as wide misses the bound, because alerts look at every figure every day
  (decision 47 has the measured rate); green as the pages show it; else null.
#}
{% macro alert_status(kpi) -%}
case
    when {{ kpi }}.status = 'green' then 'green'
    when {{ kpi }}.status = 'red' and {{ kpi }}.direction = 'higher'
        and {{ kpi }}.value + 2 * ({{ kpi }}.value_upper - {{ kpi }}.value) < coalesce({{ kpi }}.lower_bound, {{ kpi }}.target) then 'red'
    when {{ kpi }}.status = 'red' and {{ kpi }}.direction = 'lower'
        and {{ kpi }}.value - 2 * ({{ kpi }}.value - {{ kpi }}.value_lower) > coalesce({{ kpi }}.lower_bound, {{ kpi }}.target) then 'red'
end
{%- endmacro %}

{# The reason why a value or its colour is missing, and notes on it. #}
{% macro kpi_reason(kpi) -%}
nullif(concat_ws(
    '; ',
    case {{ kpi }}.status
        when 'no_data' then
            case
                when {{ kpi }}.period_end >= {{ kpi }}.immature_from and {{ kpi }}.grain in ('day', 'week', 'month')
                    then 'not known before ' || {{ written_date('cast(' ~ kpi ~ '.period_end + ' ~ kpi ~ '.maturity_days + 1 as date)') }} || ': ' || {{ kpi }}.maturity_days || ' days have to pass'
                else 'nothing to divide by in this period'
            end
        when 'hidden' then 'fewer than 5: not shown'
        when 'grey' then 'fewer than ' || {{ kpi }}.minimum_n || ': too few to judge'
        when 'neutral' then
            case
                when {{ kpi }}.direction = 'neutral' then 'neither higher nor lower is better'
                when {{ kpi }}.interval_method = 'none' then 'shared out, not sampled: no interval, no colour'
                when {{ kpi }}.is_circular then 'not judged: what is counted here decides who is in the segment'
                when not {{ kpi }}.is_current then 'earlier definition: targets belong to the one in force'
                else 'no target'
            end
    end,
    case when {{ kpi }}.window_shift_days > 0 and ({{ kpi }}.grain like 'last_%' or {{ kpi }}.grain = 'total') and {{ kpi }}.status not in ('no_data', 'hidden')
        then case when {{ kpi }}.grain = 'total' then 'up to ' else 'the days that end on ' end || {{ written_date('cast(' ~ kpi ~ '.period_end - ' ~ kpi ~ '.window_shift_days as date)') }} || ': later ones are not known yet' end,
    case when {{ kpi }}.period_end >= {{ kpi }}.late_from and {{ kpi }}.status <> 'hidden' then {{ kpi }}.late_tables end,
    case when {{ kpi }}.is_rough and {{ kpi }}.status not in ('no_data', 'hidden') then 'interval rough: few or very uneven values' end,
    'new definition since ' || {{ written_date(kpi ~ '.cut_date') }} || ': days before are left out'
), '')
{%- endmacro %}

{# A status in words; the same words as on the pages. #}
{% macro status_word(status) -%}
case {{ status }}
    when 'red' then 'off target'
    when 'yellow' then 'watch'
    when 'green' then 'on target'
    when 'neutral' then 'not judged'
    when 'grey' then 'too few'
    when 'hidden' then 'hidden'
    when 'not_measurable' then 'not measurable'
    else 'no data'
end
{%- endmacro %}

{# A difference between two periods in words. #}
{% macro move_word(certainty, change, direction) -%}
case
    when {{ certainty }} = 'within_margin' then 'within the margin'
    when {{ certainty }} = 'too_few' then 'too few to judge'
    when {{ certainty }} = 'no_margin' then 'margin not known'
    when {{ certainty }} <> 'clear' then 'not comparable'
    when {{ direction }} = 'neutral' then case when {{ change }} > 0 then 'higher' else 'lower' end
    when ({{ change }} > 0) = ({{ direction }} = 'higher') then 'better'
    else 'worse'
end
{%- endmacro %}

{# The half width of the 95 % interval of a difference between two periods that share no event. #}
{% macro move_margin(now, earlier) -%}
sqrt(
    power(({{ now }}.value_upper - {{ now }}.value_lower) / 2, 2) + power(({{ earlier }}.value_upper - {{ earlier }}.value_lower) / 2, 2)
)
{%- endmacro %}

{# A period beside the one before it and the one a year before, joined as `before` and `year_before`: their values, the moves and the margins of these. #}
{% macro compared_columns(now) -%}
before.value as previous_value,
        {{ now }}.value - before.value as move,
        {{ move_margin(now, 'before') }} as move_margin,
        year_before.value as year_before_value,
        {{ now }}.value - year_before.value as year_move,
        {{ move_margin(now, 'year_before') }} as year_move_margin
{%- endmacro %}

{# Whether a difference between two periods is more than noise, and in which direction; columns n and direction are those of the row. #}
{% macro trend_of(move, margin) -%}
case
    when {{ move }} is null or {{ margin }} is null or n < 30 then 'unclear'
    when abs({{ move }}) <= {{ margin }} or direction = 'neutral' then 'steady'
    when ({{ move }} > 0) = (direction = 'higher') then 'better'
    else 'worse'
end
{%- endmacro %}
