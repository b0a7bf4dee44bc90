-- One row: how often the evaluation called an effect on dates where nothing was registered. Nominal are 5 %.
select
    cases_count, alarms_count, series_count, rate, rate_lower, rate_upper,
    case
        when cases_count = 0
            then 'No date without a change can be judged yet: that takes 17 weeks of history before it and five after.'
        else 'On ' || cases_count || ' dates and KPIs where nothing was registered, this method called an effect ' || alarms_count || ' times: '
            || {{ share_text('rate') }} || ' (95 % interval ' || {{ share_text('rate_lower') }} || ' to ' || {{ share_text('rate_upper') }} || '). It should be about 5 %.'
    end as meter_text
from {{ ref('fct_false_alarms') }}
where method_id = 'this_method'
