select *
from read_parquet('${serving}/rpt_change_silos.parquet')
