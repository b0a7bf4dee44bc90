select
    component_id,
    component_name,
    meaning,
    position,
    weight_text,
    coverage_text
from read_parquet('${serving}/rpt_value_components.parquet')
