-- One row per change and version of it, in the order they were recorded: from the ledger (commands, forms, imports,
-- files as builds saw them) and from sources' own logs.
with logged as (

    select
        *,
        row_number()
            over (order by updated_at nulls first, _window_date nulls first, _source_file, _source_line)
            as position
    from {{ ref('int_changes__staged') }}
    where _rejected_reason is null

),

-- a log delivered as a whole repeats its rows; what its clock calls the same moment is one version
last_logged as (

    select
        *,
        row_number() over (partition by _source, change_id, updated_at order by position desc) as recency
    from logged

),

united as (

    select
        change_id,
        title,
        description,
        started_at,
        rolled_out_at,
        ended_at,
        kind,
        touchpoints,
        components,
        suppliers,
        channels,
        segments,
        owner as owner_department,
        primary_kpi,
        expected_direction,
        expected_size,
        evaluation_date,
        investment_amount,
        recorded_in,
        recorded_at,
        is_withdrawn,
        position,
        recorded_in as place
    from {{ source('company_folder', 'change_versions') }}
    union all
    select
        change_id,
        title,
        description,
        started_at,
        rolled_out_at,
        ended_at,
        kind,
        touchpoints,
        components,
        suppliers,
        channels,
        segments,
        owner,
        primary_kpi,
        expected_direction,
        cast(expected_size as double),
        evaluation_date,
        cast(investment_amount as double),
        'source',
        updated_at,
        false,
        position,
        _source
    from last_logged
    where recency = 1

),

numbered as (

    select
        *,
        row_number() over (partition by change_id order by recorded_at nulls first, position) as version,
        row_number() over (partition by change_id order by recorded_at desc nulls last, position desc) as recency,
        min(place) over (partition by change_id) as first_place
    from united

)

select
    change_id, version, recency = 1 as is_newest, recorded_in, recorded_at, is_withdrawn, place, first_place,
    title, description, started_at, rolled_out_at, ended_at, kind,
    nullif(touchpoints, '') as touchpoints, nullif(components, '') as components, nullif(suppliers, '') as suppliers,
    nullif(channels, '') as channels, nullif(segments, '') as segments,
    owner_department, primary_kpi, expected_direction, expected_size, evaluation_date, investment_amount
from numbered
