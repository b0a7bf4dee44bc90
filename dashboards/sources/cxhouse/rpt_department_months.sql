select
    month,
    month_label,
    is_latest,
    owner_department,
    figures_count,
    headline,
    moves_text
from read_parquet('${serving}/rpt_department_months.parquet')
