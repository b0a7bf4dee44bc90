select
    cast(to_month_end as varchar) as to_month_end,
    period_text,
    from_segment,
    from_name,
    from_position,
    to_segment,
    to_name,
    to_position,
    customers_count,
    text,
    headline
from read_parquet('${serving}/rpt_segment_migration.parquet')
where grain = 'year'
