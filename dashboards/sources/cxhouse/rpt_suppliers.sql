select *
from read_parquet('${serving}/rpt_suppliers.parquet')
