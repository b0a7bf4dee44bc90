select
    build_id,
    cast(built_at as varchar) as built_at,
    strftime(timezone('${time_zone}', cast(built_at as timestamptz)), '%-d %B %Y, %H:%M') as built_text,
    strftime(data_until, '%-d %B %Y') as data_until_text,
    tests_passed,
    tests_failed,
    events_count,
    unmapped_count,
    unmatched_contacts_count,
    seconds,
    '${company_name}' as company_name,
    nullif('${failure}', '-') as failure
from read_parquet('${serving}/rpt_builds.parquet')
