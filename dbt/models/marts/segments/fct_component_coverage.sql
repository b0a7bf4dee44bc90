-- One row per month-end and component of the appreciation value: the number of customers for whom it is known.
{% for component in ['exclusivity', 'dependence', 'attitude', 'advocacy', 'forgiveness', 'opportunism'] %}
select
    month_end, '{{ component }}' as component_id, count(*) as customers_count, count({{ component }}) as known_count,
    month_end = (select max(month_end) from {{ ref('int_customer_values') }}) as is_latest
from {{ ref('int_customer_values') }}
group by month_end
{% if not loop.last %}union all{% endif %}
{% endfor %}
