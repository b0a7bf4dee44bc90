select *
from read_parquet('${serving}/rpt_signal_evidence.parquet')
