select
    frequency,
    frequency_text,
    customers_count,
    expected_purchases,
    seen_purchases,
    text
from read_parquet('${serving}/rpt_value_holdout.parquet')
