{# The parts of each group sum to the group's total, within `tolerance`. Returns the groups where they do not. #}
{% test adds_up(model, parts, total, by, tolerance=1e-9) %}
select {{ by | join(', ') }}, sum({{ parts | join(' + ') }}) as parts_sum, any_value({{ total }}) as total
from {{ model }}
group by {{ by | join(', ') }}
having not coalesce(abs(sum({{ parts | join(' + ') }}) - any_value({{ total }})) <= {{ tolerance }} * greatest(1, abs(any_value({{ total }}))), false)
{% endtest %}
