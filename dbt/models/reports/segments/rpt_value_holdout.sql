select
    frequency,
    frequency_text,
    customers_count,
    expected_purchases,
    seen_purchases,
    text
from {{ ref('fct_value_holdout') }}
