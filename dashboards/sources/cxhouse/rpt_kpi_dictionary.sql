select
    * replace (cast(valid_from as varchar) as valid_from),
    strftime(valid_from, '%-d %B %Y') as valid_from_text
from read_parquet('${serving}/rpt_kpi_dictionary.parquet')
