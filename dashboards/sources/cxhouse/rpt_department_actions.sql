select *
from read_parquet('${serving}/rpt_department_actions.parquet')
