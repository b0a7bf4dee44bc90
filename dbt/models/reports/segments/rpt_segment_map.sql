-- One row per cell of the map at the newest month-end: bands of financial value across, of appreciation value up; band
-- 0 is appreciation unknown.
with hidden_segments as (

    select row_id as segment_id, period from {{ ref('fct_hidden_cells') }}
    where cell_set = 'overview' and is_hidden

),

cells as (

    select
        bands.*,
        hidden.is_hidden or hidden_segments.segment_id is not null as is_hidden,
        version.financial_boundary,
        version.appreciation_boundary
    from {{ ref('fct_segment_bands') }} as bands
    inner join {{ ref('fct_hidden_cells') }} as hidden
        on
            hidden.cell_set = 'map'
            and hidden.period = cast(bands.month_end as varchar)
            and hidden.row_id = cast(bands.financial_band as varchar)
            and hidden.column_id = cast(bands.appreciation_band as varchar)
    left join
        hidden_segments
        on bands.segment_id = hidden_segments.segment_id and hidden_segments.period = cast(bands.month_end as varchar)
    cross join {{ ref('fct_value_version') }} as version

),

written as (

    select
        *,
        case
            when financial_from is null then 'below ' || {{ money_text('financial_until') }}
            when financial_until is null then {{ money_text('financial_from') }} || ' and more'
            else {{ money_text('financial_from') }} || ' to ' || {{ money_text('financial_until') }}
        end as financial_text,
        case
            when appreciation_band = 0 then 'unknown'
            when appreciation_from is null then 'below ' || printf('%.0f', appreciation_until)
            when appreciation_until is null then printf('%.0f', appreciation_from) || ' and more'
            else printf('%.0f', appreciation_from) || ' to ' || printf('%.0f', appreciation_until)
        end as appreciation_text
    from cells

)

select
    written.month_end,
    written.financial_band,
    written.financial_from,
    written.financial_until,
    written.financial_text,
    written.appreciation_band,
    written.appreciation_from,
    written.appreciation_until,
    written.appreciation_text,
    written.financial_boundary,
    written.appreciation_boundary,
    written.segment_id,
    segments.segment_name,
    segments.position as segment_position,
    written.is_hidden,
    case when not written.is_hidden then written.customers_count end as customers_count,
    case
        when not written.is_hidden
            then
                round(
                    cast(written.customers_count as double)
                    / max(case when not written.is_hidden then written.customers_count end) over (),
                    4
                )
    end as density,
    case
        when written.is_hidden then 'hidden: below 5, or it would give such a count away'
        else {{ counted('written.customers_count', 'customer') }}
    end || '; worth ' || written.financial_text || ', appreciation ' || written.appreciation_text as text
from written
inner join {{ ref('dim_segments') }} as segments using (segment_id)
