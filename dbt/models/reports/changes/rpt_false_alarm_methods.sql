-- One row per method: how often it called an effect on the same dates, where nothing was registered. Nominal are 5 %.
select
    method_number, method_id, method, cases_count, alarms_count, planted_count, cast(seen_count as double) as seen_count, rate, rate_lower, rate_upper, seen_rate,
    method || ': ' || alarms_count || ' of ' || cases_count || ' (' || {{ share_text('rate') }} || ', 95 % interval ' || {{ share_text('rate_lower') }}
        || ' to ' || {{ share_text('rate_upper') }} || ')'
        || case when planted_count > 0 then '; of planted shifts by the smallest visible effect it saw ' || {{ share_text('seen_rate') }} else '' end as rate_text
from {{ ref('fct_false_alarms') }}
where cases_count > 0
