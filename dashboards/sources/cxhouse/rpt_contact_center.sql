select *
from read_parquet('${serving}/rpt_contact_center.parquet')
