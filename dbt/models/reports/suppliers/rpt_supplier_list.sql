-- One row per window and supplier, with the figures by which a supplier is looked up, and as texts.
select
    window_id,
    supplier_id,
    any_value(supplier_name) as supplier_name,
    any_value(volume_rank) as volume_rank,
    {%- set columns = {
        'promise_kept': 'promise_kept', 'on_time_delivery': 'on_time', 'supplier_nps': 'nps', 'contacts_caused': 'contacts_caused'
    } %}
    {%- for kpi, column in columns.items() %}
    max(case when kpi_id = '{{ kpi }}' then value end) as {{ column }},
    coalesce(max(case when kpi_id = '{{ kpi }}' then {{ value_text('value', 'unit_kind', 'unit') }} end), 'not shown')
        as {{ column }}_text,
    {%- endfor %}
    max(case when kpi_id = 'on_time_delivery' then n end) as deliveries_due,
    min(first_seen_date) as first_seen_date
from {{ ref('fct_supplier_windows') }}
group by window_id, supplier_id
