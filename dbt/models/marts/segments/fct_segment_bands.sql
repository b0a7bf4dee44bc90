-- One row per cell of the map at the newest month-end: bands of both values around the version's boundaries, and their
-- customers.
with boundaries as (

    select financial_boundary, appreciation_boundary from {{ ref('fct_value_version') }}

),

-- each financial band is twice as wide as the one nearer to the boundary; appreciation bands are five points wide
edges as (

    select
        'financial' as axis,
        band,
        lower_times * financial_boundary as lower_edge,
        upper_times * financial_boundary as upper_edge
    from boundaries
    cross join (
        select 1 as band, cast(null as double) as lower_times, 0.0 as upper_times
        union all
        select 2, 0.0, 0.25
        union all
        select 3, 0.25, 0.5
        union all
        select 4, 0.5, 1.0
        union all
        select 5, 1.0, 2.0
        union all
        select 6, 2.0, 4.0
        union all
        select 7, 4.0, 8.0
        union all
        select 8, 8.0, null
    ) as bands
    where financial_boundary > 0
    union all
    -- without a boundary above zero there are two bands: below the boundary, and from the boundary on
    select
        'financial',
        band,
        case when band = 5 then financial_boundary end,
        case when band = 4 then financial_boundary end
    from boundaries
    cross join (
        select 4 as band
        union all
        select 5
    ) as bands
    where financial_boundary <= 0
    union all
    select 'appreciation', band, appreciation_boundary + lower_step, appreciation_boundary + upper_step
    from boundaries
    cross join (
        select 1 as band, cast(null as double) as lower_step, -15.0 as upper_step
        union all
        select 2, -15.0, -10.0
        union all
        select 3, -10.0, -5.0
        union all
        select 4, -5.0, 0.0
        union all
        select 5, 0.0, 5.0
        union all
        select 6, 5.0, 10.0
        union all
        select 7, 10.0, 15.0
        union all
        select 8, 15.0, null
    ) as bands
    where appreciation_boundary is not null

),

newest as (

    select * from {{ ref('int_customer_values') }}
    where month_end = (select max(month_end) from {{ ref('int_customer_values') }})

)

select
    newest.month_end,
    financial.band as financial_band,
    financial.lower_edge as financial_from,
    financial.upper_edge as financial_until,
    coalesce(appreciation.band, 0) as appreciation_band,
    appreciation.lower_edge as appreciation_from,
    appreciation.upper_edge as appreciation_until,
    newest.segment as segment_id,
    count(*) as customers_count
from newest
inner join edges as financial
    on
        financial.axis = 'financial'
        and coalesce(newest.financial_value >= financial.lower_edge, financial.lower_edge is null)
        and coalesce(newest.financial_value < financial.upper_edge, financial.upper_edge is null)
left join edges as appreciation
    on
        appreciation.axis = 'appreciation'
        and newest.appreciation_value is not null
        and coalesce(newest.appreciation_value >= appreciation.lower_edge, appreciation.lower_edge is null)
        and coalesce(newest.appreciation_value < appreciation.upper_edge, appreciation.upper_edge is null)
where newest.financial_value is not null
group by all
