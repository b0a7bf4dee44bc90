select
    cases_count,
    alarms_count,
    series_count,
    rate,
    rate_lower,
    rate_upper,
    meter_text
from read_parquet('${serving}/rpt_false_alarms.parquet')
