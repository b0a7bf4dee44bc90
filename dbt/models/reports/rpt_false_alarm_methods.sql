-- One row per method: how often it called an effect on the same dates, where nothing was registered. Nominal are 5 %.
{% set methods = [
    ('this_method', 'This method', 'p_value'),
    ('t_test', 'Plain before/after t-test, 28 days each', 't_test_p'),
    ('newey_west', 'Segmented regression, Newey-West errors', 'newey_west_p'),
    ('structural', 'Structural model, wandering level', 'structural_p'),
] %}
with cases as (

    select * from {{ ref('fct_judgements') }} where occasion = 'quiet'

),

judged as (

    {% for method_id, method, p_value in methods -%}
    select
        {{ loop.index }} as method_number, '{{ method_id }}' as method_id, '{{ method }}' as method, {{ p_value }} as p_value,
        {% if loop.first %}cast(is_seen_higher as int) + cast(is_seen_lower as int){% else %}cast(null as int){% endif %} as seen_count
    from cases
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (

    select
        method_number,
        method_id,
        method,
        count(p_value) as cases_count,
        count(*) filter (where p_value < 0.05) as alarms_count,
        2 * count(seen_count) as planted_count,
        coalesce(sum(seen_count), 0) as seen_count
    from judged
    group by all

),

bounded as (

    select
        counted.*,
        case when cases_count > 0 then alarms_count / cast(cases_count as double) end as rate,
        case when cases_count > 0 then {{ wilson_bound('alarms_count', 'cast(cases_count as double)', '-') }} end as rate_lower,
        case when cases_count > 0 then {{ wilson_bound('alarms_count', 'cast(cases_count as double)', '+') }} end as rate_upper,
        case when planted_count > 0 then seen_count / cast(planted_count as double) end as seen_rate
    from counted

)

select
    bounded.*,
    method || ': ' || alarms_count || ' of ' || cases_count || ' (' || {{ share_text('rate') }} || ', 95 % interval ' || {{ share_text('rate_lower') }}
        || ' to ' || {{ share_text('rate_upper') }} || ')'
        || case when planted_count > 0 then '; of planted shifts by the smallest visible effect it saw ' || {{ share_text('seen_rate') }} else '' end as rate_text
from bounded
