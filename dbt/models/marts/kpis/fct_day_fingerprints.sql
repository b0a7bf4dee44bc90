-- One row per day with measures: a fingerprint of all that fct_kpi_days makes the figures of the day from. Where it is
-- as before, the figures are too. Squares and cubes are compared in single precision: the order of the rows decides
-- about their last digits.
with shared as (

    {% for input in [
        {'from': ref('dim_kpi_versions'), 'columns': 'kpi_id, version, numerator_measure, denominator_measure, denominator_scope, first_date, until_date, is_measurable, has_journeys'},
        {'from': ref('dim_measures'), 'columns': 'measure_id, has_segments'},
        {'from': ref('dim_suppliers'), 'columns': 'supplier_id, is_followed'},
        {'from': ref('dim_scopes'), 'columns': 'scope_kind, journey_id, phase_id, touchpoint_id, component_id, member_touchpoint_id, kpi_id, member_supplier_id'},
        {'from': ref('dim_relationship_kpis'), 'columns': 'kpi_id'},
    ] %}
    select hash({{ loop.index }}, {{ input.columns }}) as row_hash from {{ input.from }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

days as (

    select
        local_date,
        sum(
            hash(
                measure_id,
                touchpoint_id,
                channel,
                supplier_id,
                segment,
                total,
                cast(total_sq as real),
                cast(total_cube as real)
            )
        ) as rows_hash
    from {{ ref('fct_daily_measures') }}
    group by local_date

)

select local_date, hash(rows_hash, (select sum(row_hash) from shared)) as fingerprint
from days
