select *
from read_parquet('${serving}/rpt_department_moves.parquet')
