-- One row: how often the evaluation called an effect on dates where nothing was registered. Nominal are 5 %.
with counted as (

    select
        count(*) as cases_count,
        count(*) filter (where is_alarm) as alarms_count,
        count(distinct touchpoint_id || ' ' || kpi_id) as series_count
    from {{ ref('fct_judgements') }}
    where occasion = 'quiet'

),

bounded as (

    select
        counted.*,
        case when cases_count > 0 then alarms_count / cast(cases_count as double) end as rate,
        case when cases_count > 0 then {{ wilson_bound('alarms_count', 'cast(cases_count as double)', '-') }} end as rate_lower,
        case when cases_count > 0 then {{ wilson_bound('alarms_count', 'cast(cases_count as double)', '+') }} end as rate_upper
    from counted

)

select
    bounded.*,
    case
        when cases_count = 0
            then 'No date without a change can be judged yet: that takes 17 weeks of history before it and five after.'
        else 'On ' || cases_count || ' dates and KPIs where nothing was registered, this method called an effect ' || alarms_count || ' times: '
            || {{ share_text('rate') }} || ' (95 % interval ' || {{ share_text('rate_lower') }} || ' to ' || {{ share_text('rate_upper') }} || '). It should be about 5 %.'
    end as meter_text
from bounded
