-- One row per window, supplier and KPI that its deliveries make, with the texts the page shows.
with flagged as (

    select
        *,
        first_seen_date > (select min(first_seen_date) from {{ ref('dim_suppliers') }}) + 28 as is_later
    from {{ ref('fct_supplier_windows') }}

),

-- promises are the question: suppliers are compared on the first commitment
promised as (

    select
        window_id,
        supplier_name || ' (' || {{ value_text('value', 'unit_kind', 'unit') }} || ')' as text,
        row_number() over (partition by window_id order by value desc, supplier_id) as best_rank,
        row_number() over (partition by window_id order by value, supplier_id) as worst_rank,
        count(*) over (partition by window_id) as suppliers_count,
        status
    from flagged
    where kpi_id = 'promise_kept' and value is not null and status not in ('grey', 'hidden')

),

answers as (

    select
        window_id,
        case
            when max(suppliers_count) = 1 then max(text) || ' is the only supplier with enough orders to judge.'
            else
                max(text) filter (where best_rank = 1)
                || ' keeps our promise most often, '
                || max(text) filter (where worst_rank = 1)
                || ' least often.'
        end
        || case count(*) filter (where status = 'red')
            when 0 then ' None is clearly below its bound.'
            when 1 then ' One of ' || count(*) || ' is clearly below its bound.'
            else
                ' '
                || count(*) filter (where status = 'red')
                || ' of '
                || count(*)
                || ' are clearly below their bounds.'
        end as answer
    from promised
    group by window_id

)

select
    flagged.window_id, flagged.window_start, flagged.window_end,
    {{ window_label('flagged.window_id', 'flagged.window_end') }} as window_label,
    flagged.supplier_id, flagged.supplier_name, flagged.volume_rank, flagged.first_seen_date, flagged.is_declared,
    concat_ws(
        ' ',
        case
            when
                flagged.is_later and flagged.first_seen_date > flagged.window_end - 182
                then 'New: first delivery on ' || {{ written_date('flagged.first_seen_date') }} || '.'
            when flagged.is_later then 'Since ' || {{ written_date('flagged.first_seen_date') }} || '.'
        end,
        case
            when not flagged.is_declared then 'Nobody has named its owner and touchpoints yet.'
        end
    ) as flag_text,
    flagged.kpi_id, flagged.kpi_name, flagged.denominator_text,
    flagged.n, flagged.value, flagged.value_lower, flagged.value_upper,
    flagged.target,
    flagged.lower_bound,
    flagged.status,
    flagged.reason,
    flagged.unit,
    flagged.direction,
    flagged.previous_value,
    flagged.trend,
    {{ value_text('flagged.value', 'flagged.unit_kind', 'flagged.unit') }} as value_text,
    '± '
    || {{ margin_text('(flagged.value_upper - flagged.value_lower) / 2', 'flagged.unit_kind', 'flagged.value') }}
        as interval_text,
    {{ value_text('flagged.target', 'flagged.unit_kind', 'flagged.unit') }} as target_text,
    {{ value_text('flagged.lower_bound', 'flagged.unit_kind', 'flagged.unit') }} as bound_text,
    coalesce(
        answers.answer,
        'No supplier can be judged in this period: fewer than 30 orders due, or none that names its order.'
    ) as answer
from flagged
left join answers using (window_id)
