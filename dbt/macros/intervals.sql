{#
  95 % intervals from additive sums. Every macro takes SQL expressions; numerator / denominator is the value.
  wilson:       Wilson 1927 score interval of a share.
  nps_adjusted: adjusted Wald, 0.75 added to promoters and to detractors and 3 to n (Rocks 2016), clamped to +-100; points are +-100 per answer.
  student_t:    mean +- t times its standard error; the t quantile by Cornish-Fisher expansion, within 0.001 from 4 degrees of freedom on.
  poisson:      Byar's approximation of the exact interval of a rate (Breslow and Day 1987).
#}

{% macro z95() %}1.959963984540054{% endmacro %}

{% macro wilson_bound(numerator, denominator, sign, z=none) -%}
{#- the bounds must include the share itself: for 10 of 10, a rounding error would make the upper bound less than 1 -#}
{{ 'least' if sign == '-' else 'greatest' }}({{ numerator }} / {{ denominator }}, least(1.0, greatest(0.0, (
    {{ numerator }} / {{ denominator }} + power({{ z or z95() }}, 2) / (2 * {{ denominator }})
    {{ sign }} {{ z or z95() }} * sqrt(
        greatest(0.0, {{ numerator }} / {{ denominator }} * (1 - {{ numerator }} / {{ denominator }})) / {{ denominator }}
        + power({{ z or z95() }}, 2) / (4 * power({{ denominator }}, 2))
    )
) / (1 + power({{ z or z95() }}, 2) / {{ denominator }}))))
{%- endmacro %}

{% macro nps_bound(points, points_sq, answers, sign) -%}
greatest(-100.0, least(100.0, 100 * (
    {{ points }} / 100 / ({{ answers }} + 3)
    {{ sign }} {{ z95() }} * sqrt(
        (({{ points_sq }} / 10000 + 1.5) / ({{ answers }} + 3) - power({{ points }} / 100 / ({{ answers }} + 3), 2)) / ({{ answers }} + 3)
    )
)))
{%- endmacro %}

{% macro t95(degrees) -%}
({{ z95() }} + 2.3722712324 / {{ degrees }} + 2.8224986 / power({{ degrees }}, 2) + 2.5558497 / power({{ degrees }}, 3) + 1.5895341 / power({{ degrees }}, 4))
{%- endmacro %}

{% macro mean_bound(total, total_sq, n, sign) -%}
case when {{ n }} > 1 then
    {{ total }} / {{ n }} {{ sign }} {{ t95('(' ~ n ~ ' - 1)') }}
    * sqrt(greatest(0.0, {{ total_sq }} - power({{ total }}, 2) / {{ n }}) / ({{ n }} - 1) / {{ n }})
end
{%- endmacro %}

{% macro poisson_lower(events, exposure) -%}
case when {{ events }} <= 0 then 0.0
    else {{ events }} * power(1 - 1 / (9 * {{ events }}) - {{ z95() }} / (3 * sqrt({{ events }})), 3) / {{ exposure }}
end
{%- endmacro %}

{% macro poisson_upper(events, exposure) -%}
({{ events }} + 1) * power(1 - 1 / (9 * ({{ events }} + 1)) + {{ z95() }} / (3 * sqrt({{ events }} + 1)), 3) / {{ exposure }}
{%- endmacro %}

{# Skewness of the values of a sum, from the sums of first, second and third powers. #}
{% macro skewness(total, total_sq, total_cube, n) -%}
({{ total_cube }} / {{ n }} - 3 * {{ total }} / {{ n }} * {{ total_sq }} / {{ n }} + 2 * power({{ total }} / {{ n }}, 3))
/ nullif(power(greatest(0.0, {{ total_sq }} / {{ n }} - power({{ total }} / {{ n }}, 2)), 1.5), 0)
{%- endmacro %}

{# A bound of the 95 % interval of a KPI: the method is the one its definition names, `sums` has numerator, numerator_sq and denominator. #}
{% macro kpi_bound(method, sums, sign) -%}
{%- set above, squares, below = sums ~ '.numerator', sums ~ '.numerator_sq', sums ~ '.denominator' -%}
case
    when {{ below }} > 0 then
        case {{ method }}
            when 'wilson' then {{ wilson_bound(above, below, sign) }}
            when 'nps_adjusted' then {{ nps_bound(above, squares, below, sign) }}
            when 'student_t' then round({{ mean_bound(above, squares, below, sign) }}, 4)
            when 'poisson' then {{ poisson_lower(above, below) if sign == '-' else poisson_upper(above, below) }}
        end
end
{%- endmacro %}

{# Whether the interval of a mean is rough. Cochran's rule: a mean is close to normal when n is at least 25 times the squared skewness. #}
{% macro is_rough(method, sums) -%}
case
    when {{ method }} = 'student_t' and {{ sums }}.denominator > 0 then
        {{ sums }}.denominator < greatest(200, 25 * power(coalesce(
            {{ skewness(sums ~ '.numerator', sums ~ '.numerator_sq', sums ~ '.numerator_cube', sums ~ '.denominator') }}, 0
        ), 2))
    else false
end
{%- endmacro %}
