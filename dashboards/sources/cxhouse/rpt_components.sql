select *
from read_parquet('${serving}/rpt_components.parquet')
