-- One row per pair of month-ends, segment before and segment after: the number of customers with this move. Counts
-- below 5 are hidden, and counts from which they could be calculated; so is every move from or to a segment whose own
-- count is hidden.
with hidden_segments as (

    select period, row_id as segment_id from {{ ref('fct_hidden_cells') }}
    where cell_set = 'overview' and is_hidden

),

moves as (

    select
        moves.*,
        cells.is_hidden or from_hidden.segment_id is not null or to_hidden.segment_id is not null as is_hidden,
        coalesce(befores.segment_name, 'New') as from_name,
        coalesce(befores.position, 6) as from_position,
        coalesce(afters.segment_name, 'Gone') as to_name,
        coalesce(afters.position, 6) as to_position,
        sum(moves.customers_count) over (partition by moves.grain, moves.to_month_end, moves.from_segment) as from_count
    from {{ ref('fct_segment_moves') }} as moves
    inner join {{ ref('fct_hidden_cells') }} as cells
        on
            moves.grain = cells.cell_set
            and cast(moves.from_month_end as varchar) || ' ' || cast(moves.to_month_end as varchar) = cells.period
            and moves.from_segment = cells.row_id
            and moves.to_segment = cells.column_id
    left join {{ ref('dim_segments') }} as befores on moves.from_segment = befores.segment_id
    left join {{ ref('dim_segments') }} as afters on moves.to_segment = afters.segment_id
    left join hidden_segments as from_hidden
        on moves.from_segment = from_hidden.segment_id and from_hidden.period = cast(moves.from_month_end as varchar)
    left join hidden_segments as to_hidden
        on moves.to_segment = to_hidden.segment_id and to_hidden.period = cast(moves.to_month_end as varchar)

),

-- the largest way to another segment, of each pair
ranked as (

    select
        *,
        row_number() over (
            partition by grain, to_month_end
            order by
                case
                    when
                        not is_hidden and from_segment <> to_segment and from_segment <> 'new' and to_segment <> 'gone'
                        then customers_count
                end desc nulls last,
                from_position,
                to_position
        ) as move_rank,
        sum(case when from_segment = to_segment then customers_count else 0 end)
            over (partition by grain, to_month_end)
            as stayed_count,
        bool_or(is_hidden and from_segment = to_segment) over (partition by grain, to_month_end) as is_stayed_hidden,
        sum(case when from_segment <> 'new' then customers_count else 0 end)
            over (partition by grain, to_month_end)
            as before_count,
        max(to_month_end) over (partition by grain) as last_month_end
    from moves

),

headlines as (

    select
        grain,
        to_month_end,
        max(
            case
                when not is_stayed_hidden and before_count >= 5
                    then
                        {{ share_text('cast(stayed_count as double) / before_count') }}
                        || ' of the customers of '
                        || {{ written_date('from_month_end') }}
                        || ' are still in their segment.'
            end
        ) as stayed_text,
        max(
            case
                when
                    move_rank = 1 and not is_hidden and from_segment not in (to_segment, 'new') and to_segment <> 'gone'
                    then
                        'Most of those who moved went from '
                        || {{ within_sentence('from_name') }}
                        || ' to '
                        || {{ within_sentence('to_name') }}
                        || ': ' || {{ counted('customers_count', 'customer') }} || '.'
            end
        ) as move_text
    from ranked
    group by grain, to_month_end

)

select
    ranked.grain,
    ranked.from_month_end,
    ranked.to_month_end,
    {{ written_date('ranked.from_month_end') }} || ' to ' || {{ written_date('ranked.to_month_end') }} as period_text,
    ranked.to_month_end = ranked.last_month_end as is_latest,
    ranked.from_segment, ranked.from_name, ranked.from_position, ranked.to_segment, ranked.to_name, ranked.to_position,
    ranked.is_hidden,
    case when not ranked.is_hidden then ranked.customers_count end as customers_count,
    case when not ranked.is_hidden then cast(ranked.customers_count as double) / ranked.from_count end as share,
    case
        when ranked.is_hidden then 'hidden: below 5, or it would give such a count away'
        else
            {{ counted('ranked.customers_count', 'customer') }}
            || ', '
            || {{ share_text('cast(ranked.customers_count as double) / ranked.from_count') }}
            || ' of '
            || case
                when ranked.from_segment = 'new' then 'those new' else
                    'those who were ' || {{ within_sentence('ranked.from_name') }}
            end
    end as text,
    coalesce(
        nullif(concat_ws(' ', headlines.stayed_text, headlines.move_text), ''), 'Too few customers moved to show how.'
    ) as headline
from ranked
inner join headlines using (grain, to_month_end)
