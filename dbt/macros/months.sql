{# Months as consecutive numbers, so that months can be added and subtracted. #}
{% macro month_number(day) -%}
cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) as integer)
{%- endmacro %}

{# int_customer_values: rows whose checksum is not that of their customer and month-end go, after the model has inserted these customers again. #}
{% macro remove_other_scores() %}
{%- if is_incremental() %}delete from {{ this }} as scored where not exists (
    select 1 from {{ ref('int_customer_months__checked') }} as now
    where now.month_end = scored.month_end and now.customer_id = scored.customer_id and now.checksum = scored.checksum
){% else %}select 1{% endif %}
{% endmacro %}
