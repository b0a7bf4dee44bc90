select *
from read_parquet('${serving}/rpt_value_model.parquet')
