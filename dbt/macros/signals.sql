{# Shared parts of signals: thresholds and lists of signals.yml, daily series of KPIs, and the quantile adjusted for the number of comparisons. #}

{% macro signal_threshold(signal_id, threshold) -%}
(select value from {{ source('company_folder', 'signal_thresholds') }} where signal_id = '{{ signal_id }}' and threshold = '{{ threshold }}')
{%- endmacro %}

{% macro signal_list(signal_id, list) -%}
(select value from {{ source('company_folder', 'signal_lists') }} where signal_id = '{{ signal_id }}' and list = '{{ list }}')
{%- endmacro %}

{# The days of the KPIs a signal lists. #}
{% macro signal_kpi_days(signal_id) -%}
select
        days.*,
        span.last_date
    from {{ ref('fct_kpi_days') }} as days
    cross join {{ ref('dim_signal_span') }} as span
    where
        days.kpi_id in {{ signal_list(signal_id, 'kpis') }}
        and days.local_date >= span.first_date
{%- endmacro %}

{# Upper quantile of the standard normal distribution for a small tail, with an error below 0.0005 (Abramowitz and Stegun 1964, 26.2.23). #}
{% macro normal_quantile(tail) -%}
(
    sqrt(-2 * ln({{ tail }}))
    - (2.515517 + 0.802853 * sqrt(-2 * ln({{ tail }})) + 0.010328 * (-2 * ln({{ tail }})))
    / (1 + 1.432788 * sqrt(-2 * ln({{ tail }})) + 0.189269 * (-2 * ln({{ tail }})) + 0.001308 * power(-2 * ln({{ tail }}), 1.5))
)
{%- endmacro %}

{# The same quantile of Student's t from the normal one; the error is below 0.5 % from 5 degrees of freedom on (Fisher and Cornish 1960). #}
{% macro student_quantile(z, degrees) -%}
(
    {{ z }}
    + (power({{ z }}, 3) + {{ z }}) / (4 * {{ degrees }})
    + (5 * power({{ z }}, 5) + 16 * power({{ z }}, 3) + 3 * {{ z }}) / (96 * power({{ degrees }}, 2))
    + (3 * power({{ z }}, 7) + 19 * power({{ z }}, 5) + 17 * power({{ z }}, 3) - 15 * {{ z }}) / (384 * power({{ degrees }}, 3))
    + (79 * power({{ z }}, 9) + 776 * power({{ z }}, 7) + 1482 * power({{ z }}, 5) - 1920 * power({{ z }}, 3) - 945 * {{ z }}) / (92160 * power({{ degrees }}, 4))
)
{%- endmacro %}

{# Variance of one unit around a mean: for a share, a mean or score, points of +-100, a count per exposure, an amount per count. #}
{% macro unit_variance(method, total, total_sq, n) -%}
case {{ method }}
    when 'share' then {{ total }} / {{ n }} * (1 - {{ total }} / {{ n }})
    when 'rate' then {{ total }} / {{ n }}
    when 'amount' then power({{ total }} / {{ n }}, 2)
    else greatest(0.0, {{ total_sq }} / {{ n }} - power({{ total }} / {{ n }}, 2))
end
{%- endmacro %}
