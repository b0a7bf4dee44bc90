select *
from read_parquet('${serving}/rpt_visible_effects.parquet')
