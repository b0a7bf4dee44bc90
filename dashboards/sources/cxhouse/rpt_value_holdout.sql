select *
from read_parquet('${serving}/rpt_value_holdout.parquet')
