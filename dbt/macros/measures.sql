{# One measure of a daily fact in long form. A plain count is its own total; for a sum, squares and cubes are kept for intervals. #}
{% macro measure_rows(relation, measure_id, count_column, total_column=none, square_column='0', cube_column='0') -%}
select
    fact, event_type, source, channel, payment_method, queue, topic, carrier, supplier_id, touchpoint_id, is_relationship, event_date,
    '{{ measure_id }}' as measure_id,
    cast({{ count_column }} as bigint) as n,
    cast({{ total_column or count_column }} as double) as total,
    cast({{ square_column }} as double) as total_sq,
    cast({{ cube_column }} as double) as total_cube
from {{ relation }}
where {{ count_column }} > 0
{%- endmacro %}
