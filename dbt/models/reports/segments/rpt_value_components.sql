select
    component_id,
    component_name,
    meaning,
    position,
    weight,
    weight_text,
    coverage,
    coverage_text,
    known_count
from {{ ref('fct_value_components') }}
