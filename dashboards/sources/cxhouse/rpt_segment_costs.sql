select
    cast(cost_month as varchar) as cost_month,
    month_text,
    touchpoint_id,
    touchpoint_name,
    segment_id,
    segment_name,
    segment_position,
    served_customers_count,
    cost_amount,
    cost_text,
    cost_per_customer_text,
    reason
from read_parquet('${serving}/rpt_segment_costs.parquet')
