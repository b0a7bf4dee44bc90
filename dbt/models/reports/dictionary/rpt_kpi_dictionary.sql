-- One row per KPI and version: the one in force, those before it, and one whose first day is still to come.
with targets as (

    select
        targets.kpi_id,
        string_agg(
            touchpoints.touchpoint_name || ' ' || {{ value_text('targets.target', 'kpis.unit_kind', 'kpis.unit') }},
            '; ' order by touchpoints.touchpoint_name
        )
            as targets
    from {{ source('company_folder', 'touchpoint_kpis') }} as targets
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    group by targets.kpi_id

),

needs as (

    select kpis.kpi_id, kpis.version, split_part(trim({{ split_values('measures.needs') }}), '=', 1) as need
    from {{ ref('dim_kpi_versions') }} as kpis
    inner join
        {{ ref('dim_measures') }} as measures
        on measures.measure_id in (kpis.numerator_measure, kpis.denominator_measure)

),

sources as (

    select kpi_id, version, string_agg(distinct need, ', ' order by need) as source_contracts
    from needs
    group by kpi_id, version

)

select
    kpis.kpi_id, kpis.kpi_name as name, kpis.description,
    above.measure_id || ' / ' || below.measure_id as formula,
    above.measure_id as numerator_measure, above.description as numerator_description,
    below.measure_id as denominator_measure, below.description as denominator_description,
    sources.source_contracts,
    kpis.date_basis,
    kpis.unit,
    kpis.direction,
    kpis.interval_method,
    kpis.minimum_n,
    kpis.owner_department,
    kpis.version,
    kpis.valid_from,
    case
        when in_force.version is null then 'not in force' when in_force.is_measurable then 'measured' else
            'not measurable'
    end as status,
    in_force.not_measurable_reason as reason,
    case when kpis.is_current then targets.targets end as targets,
    case when kpis.until_date < date '9999-12-31' then kpis.until_date - 1 end as valid_to,
    kpis.what_changed,
    kpis.is_current,
    kpis.version > 1 and kpis.valid_from > covered.last_date as is_to_come,
    kpis.version > 1 and kpis.valid_from <= covered.last_date as is_break,
    'Version ' || kpis.version
    || case
        when
            kpis.version > 1 or kpis.until_date = date '9999-12-31'
            then ', since ' || {{ written_date('kpis.valid_from') }} else
            ''
    end
    || case
        when
            kpis.until_date < date '9999-12-31'
            then ', until ' || {{ written_date('cast(kpis.until_date - 1 as date)') }} else
            ''
    end
    || coalesce(': ' || kpis.what_changed, '') as history_text
from {{ ref('dim_kpi_versions') }} as kpis
cross join (select max(local_date) as last_date from {{ ref('dim_periods') }}) as covered
inner join {{ ref('dim_measures') }} as above on kpis.numerator_measure = above.measure_id
inner join {{ ref('dim_measures') }} as below on kpis.denominator_measure = below.measure_id
left join {{ ref('dim_kpis') }} as in_force on kpis.kpi_id = in_force.kpi_id and kpis.version = in_force.version
left join targets on kpis.kpi_id = targets.kpi_id
left join sources on kpis.kpi_id = sources.kpi_id and kpis.version = sources.version
