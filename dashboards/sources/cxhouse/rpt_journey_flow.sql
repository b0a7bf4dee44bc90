select
    *,
    strftime(period_start, '%B %Y') as month_text
from read_parquet('${serving}/rpt_journey_flow.parquet')
