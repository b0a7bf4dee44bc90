-- One row per source table and pair of clocks in the wrong order: the number of such rows in use, of how many that have
-- both, and the file and line of the last one. The rows are used as they are.
{% set within = [
    ('deliveries', 'shipped_at', 'delivered_at', 'delivered before it was shipped'),
    ('orders', 'ordered_at', 'cancelled_at', 'cancelled before it was ordered'),
    ('order_lines', 'ordered_at', 'returned_at', 'returned before it was ordered'),
    ('survey_responses', 'asked_at', 'answered_at', 'answered before it was asked'),
] %}
{% set after_order = [
    ('deliveries', 'shipped_at', 'shipped before the order was placed'),
    ('deliveries', 'delivered_at', 'delivered before the order was placed'),
] %}
-- a delivery names an order by its number alone
with placed as (

    select order_id, min(ordered_at) as ordered_at from {{ ref('int_orders') }} group by order_id

),

pairs as (

    {% for contract, earlier, later, warning in within %}
    select
        '{{ contract }}' as contract, '{{ warning }}' as warning,
        _source, _table, _source_file, _source_line, _landed_at,
        {{ later }} < {{ earlier }} as is_wrong
    from {{ ref('int_' ~ contract) }}
    where {{ earlier }} is not null and {{ later }} is not null
    union all
    {% endfor %}
    {% for contract, later, warning in after_order %}
    select
        '{{ contract }}', '{{ warning }}', found._source, found._table, found._source_file, found._source_line,
        found._landed_at, found.{{ later }} < placed.ordered_at
    from {{ ref('int_' ~ contract) }} as found
    inner join placed on found.order_id = placed.order_id
    where found.{{ later }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    contract,
    _source as source,
    _table as table_name,
    warning,
    count(*) filter (where is_wrong) as rows_count,
    count(*) as checked_count,
    arg_max(_source_file, (_landed_at, _source_file, _source_line)) filter (where is_wrong) as last_file,
    arg_max(_source_line, (_landed_at, _source_file, _source_line)) filter (where is_wrong) as last_line
from pairs
group by contract, _source, _table, warning
having count(*) filter (where is_wrong) > 0
