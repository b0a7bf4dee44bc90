select
    cast(month_end as varchar) as month_end,
    financial_band,
    financial_text,
    appreciation_band,
    appreciation_text,
    segment_id,
    is_hidden,
    customers_count,
    density,
    text
from read_parquet('${serving}/rpt_segment_map.parquet')
