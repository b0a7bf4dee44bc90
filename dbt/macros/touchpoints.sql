{#
  The joins that assign events to touchpoints: `events` names a relation with event_type, source and the attributes that rules may name, `day` its
  date column. The touchpoint is map.touchpoint_id; null when no rule claims the event.
#}
{# The daily fact whose coverage says up to which day events of a type that carries a customer are known. #}
{% macro fact_of_event(event_type) -%}
case
            when {{ event_type }} in ('order_placed', 'order_cancelled', 'returned') then 'orders'
            when left({{ event_type }}, 8) = 'contact_' then 'contacts'
            else 'deliveries'
        end
{%- endmacro %}

{% macro join_event_map(events, day='event_date') -%}
left join {{ ref('int_event_kinds') }} as kinds
        on
            {{ events }}.event_type = kinds.event_type
            {%- for attribute in ['source', 'channel', 'payment_method', 'queue', 'topic', 'carrier', 'supplier_id'] %}
            and {{ events }}.{{ attribute }} is not distinct from kinds.{{ attribute }}
            {%- endfor %}
    left join {{ ref('int_event_map') }} as map
        on
            kinds.event_kind_id = map.event_kind_id
            and {{ events }}.{{ day }} >= map.valid_from
            and {{ events }}.{{ day }} < map.valid_to
{%- endmacro %}
