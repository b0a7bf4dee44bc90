select *
from read_parquet('${serving}/rpt_signals.parquet')
