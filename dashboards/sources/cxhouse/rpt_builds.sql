select
    * replace (
        cast(built_at as varchar) as built_at,
        '${company_name}' as company_name
    ),
    strftime(timezone('${time_zone}', cast(built_at as timestamptz)), '%-d %B %Y, %H:%M') as built_text,
    strftime(data_since, '%Y-%m-%d') as first_day,
    strftime(data_until, '%Y-%m-%d') as last_day,
    strftime(data_until, '%-d %B %Y') as data_until_text,
    nullif('${failure}', '') as failure
from read_parquet('${serving}/rpt_builds.parquet')
