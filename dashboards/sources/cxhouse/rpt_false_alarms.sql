select
    method_number,
    method_id,
    method,
    cases_count,
    alarms_count,
    rate,
    rate_lower,
    rate_upper,
    planted_count,
    seen_count,
    seen_rate,
    series_count,
    meter_text,
    rate_text
from read_parquet('${serving}/rpt_false_alarms.parquet')
