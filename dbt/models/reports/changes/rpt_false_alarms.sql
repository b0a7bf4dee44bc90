-- One row per method: how often it called an effect at the level of the judgements on the same dates, where nothing was
-- registered. Nominal are 5 %. Before any date can be judged, only the row of this method stands here and says so.
{% set methods = [
    ('this_method', 'This method', 'p_value'),
    ('t_test', 'Plain before/after t-test, 28 days each', 't_test_p'),
    ('newey_west', 'Segmented regression, Newey-West errors', 'newey_west_p'),
    ('structural', 'Structural model, wandering level', 'structural_p'),
] %}
with counted as (

    {% for method_id, method, p_value in methods -%}
    select
        {{ loop.index }} as method_number, '{{ method_id }}' as method_id, '{{ method }}' as method,
        count({{ p_value }}) as cases_count,
        count(*) filter (where {{ p_value }} < level) as alarms_count,
        {% if loop.first -%}
        count(distinct touchpoint_id || ' ' || kpi_id) as series_count,
        2 * count(is_seen_higher) as planted_count,
        cast(coalesce(sum(cast(is_seen_higher as int) + cast(is_seen_lower as int)), 0) as double) as seen_count
        {%- else -%}
        cast(null as bigint) as series_count, 0 as planted_count, 0 as seen_count
        {%- endif %}
    from {{ ref('fct_quiet_dates') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

rates as (

    select
        counted.*,
        case when cases_count > 0 then alarms_count / cast(cases_count as double) end as rate,
        case when cases_count > 0 then {{ wilson_bound('alarms_count', 'cast(cases_count as double)', '-') }} end
            as rate_lower,
        case when cases_count > 0 then {{ wilson_bound('alarms_count', 'cast(cases_count as double)', '+') }} end
            as rate_upper,
        case when planted_count > 0 then seen_count / cast(planted_count as double) end as seen_rate
    from counted

)

select
    method_number,
    method_id,
    method,
    cases_count,
    alarms_count,
    series_count,
    planted_count,
    seen_count,
    rate,
    rate_lower,
    rate_upper,
    seen_rate,
    case
        when method_id <> 'this_method' then null
        when cases_count = 0
            then 'No date without a change can be judged yet: that takes 17 weeks of history before it and five after.'
        else
            'On '
            || cases_count
            || ' dates and KPIs where nothing was registered, this method called an effect '
            || alarms_count
            || ' times: '
            || {{ share_text('rate') }}
            || ' (95 % interval '
            || {{ share_text('rate_lower') }}
            || ' to '
            || {{ share_text('rate_upper') }}
            || '). It should be about 5 %.'
    end as meter_text,
    method
    || ': '
    || alarms_count
    || ' of '
    || cases_count
    || ' ('
    || {{ share_text('rate') }}
    || ', 95 % interval '
    || {{ share_text('rate_lower') }}
    || ' to ' || {{ share_text('rate_upper') }} || ')'
    || case
        when
            planted_count > 0
            then '; of planted shifts by the smallest visible effect it saw ' || {{ share_text('seen_rate') }} else
            ''
    end as rate_text
from rates
where cases_count > 0 or method_id = 'this_method'
