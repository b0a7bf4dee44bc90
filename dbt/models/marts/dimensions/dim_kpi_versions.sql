-- One row per KPI and version: a definition of the semantic layer and the days it is in force. The first one also holds
-- for days before it.
{% set found = graph.metrics.values() | selectattr('config.meta.kind', 'equalto', 'kpi') if execute else [] %}
{% set kpis = found | sort(attribute='name') | list %}
with listed as (

    {% for kpi in kpis %}
    {%- set now = {
        'version': kpi.config.meta.version, 'valid_from': kpi.config.meta.valid_from, 'change': kpi.config.meta.change,
        'numerator': kpi.type_params.numerator.name, 'denominator': kpi.type_params.denominator.name,
    } %}
    {%- for version in (kpi.config.meta.earlier or []) + [now] %}
    {%- set unit = version.unit or kpi.config.meta.unit %}
    select
        '{{ kpi.name }}' as kpi_id,
        '{{ kpi.label | replace("'", "''") }}' as kpi_name,
        '{{ (version.description or kpi.description) | replace("'", "''") }}' as description,
        '{{ version.numerator }}' as numerator_measure,
        '{{ version.denominator }}' as denominator_measure,
        '{{ unit }}' as unit_kind,
        '{{ var("currency") if unit == "currency" else unit }}' as unit,
        '{{ kpi.config.meta.direction }}' as direction,
        '{{ version.interval or kpi.config.meta.interval }}' as interval_method,
        {{ kpi.config.meta.minimum_n }} as minimum_n,
        '{{ kpi.config.meta.owner | replace("'", "''") }}' as owner_department,
        {{ version.version }} as version,
        cast('{{ version.valid_from }}' as date) as valid_from,
        {{ "'" ~ version.change | replace("'", "''") ~ "'" if version.change else 'cast(null as varchar)' }}
            as what_changed,
        '{{ (version.date_basis or kpi.config.meta.date_basis) | replace("'", "''") }}' as date_basis,
        '{{ kpi.config.meta.denominator_scope or "same" }}' as denominator_scope,
        {{ kpi.config.meta.get('has_journeys', true) }} as has_journeys,
        {{ kpi.config.meta.get('decides_segments', false) }} as decides_segments
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if not kpis %}
    select cast(null as varchar) as kpi_id, 1 as version, cast(null as date) as valid_from where false
    {% endif %}

),

-- the first day whose figures cannot be known yet
maturity as (

    select
        listed.kpi_id,
        listed.version,
        max(measures.maturity_days) as maturity_days,
        min(coverage.until_date - measures.maturity_days) as immature_from
    from listed
    inner join
        {{ ref('dim_measures') }} as measures
        on measures.measure_id in (listed.numerator_measure, listed.denominator_measure)
    inner join (
        select fact, max(until_date) as until_date from {{ ref('int_fact_coverage') }} group by fact
    ) as coverage on measures.matures_with_fact = coverage.fact
    group by listed.kpi_id, listed.version

),

-- the tables that each KPI is read from
feeds as (

    select distinct listed.kpi_id, listed.version, tables.fact, tables.source, tables.table_name, tables.until_date
    from listed
    inner join
        {{ ref('dim_measures') }} as measures
        on measures.measure_id in (listed.numerator_measure, listed.denominator_measure)
    inner join
        {{ ref('int_table_coverage') }} as tables
        on tables.fact in (measures.covered_by, measures.within_fact)

),

covered as (

    select max(local_date) as last_date from {{ ref('dim_periods') }}

),

-- the first day that one of its facts has from no table
landed as (

    select kpi_id, version, min(until_date) as known_until
    from (
        select kpi_id, version, fact, max(until_date) as until_date from feeds group by kpi_id, version, fact
    ) as facts
    group by kpi_id, version

),

-- tables behind the others; what ended more than 91 days ago is not late but over
late as (

    select
        feeds.kpi_id, feeds.version,
        min(feeds.until_date) as late_from,
        string_agg(
            distinct {{ landed_text('feeds') }}, ', ' order by {{ landed_text('feeds') }}
        ) as late_tables
    from feeds
    cross join covered
    where feeds.until_date <= covered.last_date and feeds.until_date > covered.last_date - 91
    group by feeds.kpi_id, feeds.version

),

-- what the company does not deliver although the definition needs it
gaps as (

    select
        listed.kpi_id,
        listed.version,
        string_agg(distinct needs.reason, '; ' order by needs.reason) as reason
    from listed
    inner join
        {{ ref('int_measure_needs') }} as needs
        on needs.measure_id in (listed.numerator_measure, listed.denominator_measure)
    where not needs.is_delivered
    group by listed.kpi_id, listed.version

)

select
    listed.*,
    gaps.kpi_id is null as is_measurable,
    'not measurable: ' || gaps.reason as not_measurable_reason,
    maturity.maturity_days,
    maturity.immature_from,
    landed.known_until,
    -- by how many days its windows end before those of the warehouse: on the last day for which all its facts are known
    cast(
        greatest(
            0,
            coalesce(covered.last_date + 1 - maturity.immature_from, 0),
            coalesce(covered.last_date + 1 - landed.known_until, 0)
        ) as integer
    ) as window_shift_days,
    late.late_from,
    late.late_tables,
    case when listed.version = 1 then date '1900-01-01' else listed.valid_from end as first_date,
    coalesce(lead(listed.valid_from) over (partition by listed.kpi_id order by listed.version), date '9999-12-31')
        as until_date,
    -- the newest version whose first day the data have reached
    row_number() over (
        partition by listed.kpi_id
        order by
            listed.version > 1 and listed.valid_from > coalesce(covered.last_date, listed.valid_from),
            listed.version desc
    ) = 1 as is_current
from listed
left join maturity on listed.kpi_id = maturity.kpi_id and listed.version = maturity.version
left join gaps on listed.kpi_id = gaps.kpi_id and listed.version = gaps.version
left join landed on listed.kpi_id = landed.kpi_id and listed.version = landed.version
left join late on listed.kpi_id = late.kpi_id and listed.version = late.version
cross join covered
