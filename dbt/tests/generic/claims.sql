{#
  Check all claims of a model in one test: `one_row_per` names columns whose combination is unique (null counts as a value),
  `holds` names conditions that are true or unknown for every row. Returns the claims that are broken.
#}
{% test claims(model, one_row_per=[], holds=[]) %}
{%- set rows = rows_to_test(model) -%}
with checked as (

    select
        {%- for claim in holds %}
        count(*) filter (where not ({{ claim }})) as claim_{{ loop.index }},
        {%- endfor %}
        count(*) as rows_count
    from {{ rows }}

)

{% for claim in holds %}
select '{{ claim | replace("'", "''") }}' as broken_claim, claim_{{ loop.index }} as rows_count from checked where claim_{{ loop.index }} > 0
union all
{% endfor %}
{%- if one_row_per %}
select 'one row per {{ one_row_per | join(", ") }}' as broken_claim, count(*) as rows_count
from (select 1 as one from {{ rows }} group by {{ one_row_per | join(', ') }} having count(*) > 1) as repeated
having count(*) > 0
{%- else %}
select 'none' as broken_claim, 0 as rows_count where false
{%- endif %}
{% endtest %}
