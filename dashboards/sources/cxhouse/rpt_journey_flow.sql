select
    * replace (cast(period_start as varchar) as period_start),
    strftime(period_start, '%B %Y') as month_text
from read_parquet('${serving}/rpt_journey_flow.parquet')
