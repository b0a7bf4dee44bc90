select *
from read_parquet('${serving}/rpt_contact_backlog.parquet')
