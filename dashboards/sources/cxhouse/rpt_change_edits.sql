select
    * replace (cast(edited_at as varchar) as edited_at)
from read_parquet('${serving}/rpt_change_edits.parquet')
