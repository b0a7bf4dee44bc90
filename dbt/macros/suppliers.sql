{# How many suppliers KPIs are split by, besides those that the company declares. #}
{% macro followed_suppliers() %}{{ return(20) }}{% endmacro %}

{# The name under which all others count as one. #}
{% macro other_suppliers() %}{{ return("other suppliers") }}{% endmacro %}
