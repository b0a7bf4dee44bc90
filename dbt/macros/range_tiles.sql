{#
  The tiles of a free range of days, from published reports: the columns that pages use of rpt_touchpoint_tiles. The pages run this text in the
  browser, because no table holds all ranges; `python -m cxhouse.warehouse.range_query` writes it there. So formulas, statuses and texts of a range are
  those of the marts.

  `$now`, `$before` and `$year_before` stand for rows of the text `first day, last day, grain`: the range, the days before it and the same ones a
  year earlier; a range without data is three nulls. A range is summed from the published days, weeks or months that `grain` names. Where one of these is
  hidden, because it counts fewer than 5, the whole weeks or whole months inside the range stand for it, and the reason says so: no sum can reveal a
  hidden count.
#}
{% macro range_tiles(sums='cxhouse.rpt_kpi_sums', tiles='cxhouse.rpt_touchpoint_tiles') -%}
with ranges as (

    select which, cast(first_day as date) as first_day, cast(last_day as date) as last_day, grain
    from (
        values ('now', $now), ('before', $before), ('year_before', $year_before)
    ) as ranges (which, first_day, last_day, grain)

),

-- the days, whole weeks and whole months inside each range, from the grain it is planned with on
spans as (

    select which, 1 as fineness, 'day' as grain, first_day, last_day from ranges where grain = 'day'
    union all
    select
        which, 2, 'week',
        first_day + cast((8 - isodow(first_day)) % 7 as integer),
        last_day - cast(isodow(last_day) % 7 as integer)
    from ranges
    where grain in ('day', 'week')
    union all
    select
        which, 3, 'month',
        cast(date_trunc('month', first_day + interval 1 month - interval 1 day) as date),
        cast(date_trunc('month', last_day + 1) as date) - 1
    from ranges
    where grain is not null

),

declared as (

    select * from {{ tiles }} where window_id = 'last_28_days'

),

parts as (

    select
        spans.which,
        spans.fineness,
        spans.first_day,
        spans.last_day,
        sums.*,
        max(sums.kpi_version) over whole as newest_version,
        min(sums.kpi_version) over whole as oldest_version
    from {{ sums }} as sums
    inner join spans
        on sums.grain = spans.grain and sums.period_start >= spans.first_day and sums.period_end <= spans.last_day
    window whole as (partition by spans.which, spans.grain, sums.touchpoint_id, sums.kpi_id)

),

-- no figure mixes two definitions: days of an older one are left out
summed as (

    select
        which, fineness, grain, first_day, last_day, touchpoint_id, kpi_id, kpi_version,
        round(sum(numerator), 6) as numerator,
        sum(numerator_sq) as numerator_sq,
        sum(numerator_cube) as numerator_cube,
        sum(denominator) as denominator,
        bool_or(is_hidden) as is_hidden,
        arg_max(missing_reason, period_start) as missing_reason,
        arg_max(late_tables, period_start) as late_tables,
        coalesce(max(cut_date), case when min(oldest_version) < max(newest_version) then min(period_start) end) as cut_date
    from parts
    where kpi_version = newest_version
    group by which, fineness, grain, first_day, last_day, touchpoint_id, kpi_id, kpi_version

),

shown as (

    select * from summed where not is_hidden and missing_reason is null

),

measured as (

    select
        shown.*,
        shown.numerator / nullif(shown.denominator, 0) as value,
        {{ kpi_bound('declared.interval_method', 'shown', '-') }} as value_lower,
        {{ kpi_bound('declared.interval_method', 'shown', '+') }} as value_upper,
        {{ is_rough('declared.interval_method', 'shown') }} as is_rough
    from shown
    inner join declared using (touchpoint_id, kpi_id)

),

-- the finest grain that hides nothing; without one, the finest
chosen as (

    select
        *,
        min(fineness) over (partition by touchpoint_id, kpi_id) < fineness as is_coarser
    from summed
    where which = 'now'
    qualify row_number() over (partition by touchpoint_id, kpi_id order by is_hidden, fineness) = 1

),

figures as (

    select
        declared.* exclude (
            window_id, window_start, window_end, window_label, n, value, value_lower, value_upper, status, reason, previous_value, trend,
            target, lower_bound, gap, pain, volume_share
        ),
        declared.status as declared_status,
        declared.reason as declared_reason,
        ranges.first_day as window_start,
        ranges.last_day as period_end,
        'range' as grain,
        case
            when chosen.is_coarser and measured.value is not null
                then
                    'only the whole ' || measured.grain || 's inside, '
                    || {{ period_text('measured.first_day', 'measured.last_day') }}
                    || ': a shorter part has fewer than 5, which is hidden'
        end as coarser_text,
        chosen.is_hidden,
        chosen.missing_reason,
        measured.denominator,
        case when chosen.is_hidden is distinct from true then cast(coalesce(measured.denominator, 0) as bigint) end as n,
        measured.value, measured.value_lower, measured.value_upper,
        coalesce(measured.is_rough, false) as is_rough,
        chosen.late_tables,
        case when chosen.late_tables is not null then ranges.last_day end as late_from,
        chosen.cut_date,
        cast(null as date) as immature_from,
        cast(null as integer) as maturity_days,
        0 as window_shift_days,
        false as is_circular,
        chosen.kpi_version is not distinct from declared.kpi_version as is_current,
        case when chosen.kpi_version is not distinct from declared.kpi_version then declared.target end as target,
        case when chosen.kpi_version is not distinct from declared.kpi_version then declared.lower_bound end as lower_bound,
        chosen.fineness,
        chosen.kpi_version as measured_version
    from declared
    inner join ranges on ranges.which = 'now'
    left join chosen on declared.touchpoint_id = chosen.touchpoint_id and declared.kpi_id = chosen.kpi_id
    left join measured
        on
            measured.which = 'now'
            and chosen.fineness = measured.fineness
            and chosen.touchpoint_id = measured.touchpoint_id
            and chosen.kpi_id = measured.kpi_id

),

judged as (

    select
        figures.*,
        case
            when declared_status = 'not_measurable' then 'not_measurable'
            when is_hidden then 'hidden'
            else {{ kpi_status('figures', 'figures') }}
        end as status
    from figures

),

compared as (

    select
        judged.* exclude (value, value_lower, value_upper),
        case when judged.status <> 'hidden' then judged.value end as value,
        case when judged.status <> 'hidden' then judged.value_lower end as value_lower,
        case when judged.status <> 'hidden' then judged.value_upper end as value_upper,
        case
            when judged.status = 'not_measurable' then judged.declared_reason
            when judged.is_hidden
                then 'fewer than 5 on a day, in a week or in a month of these: hidden; a longer period may show it'
            when judged.missing_reason is not null then judged.missing_reason
            else nullif(concat_ws('; ', {{ kpi_reason('judged') }}, judged.coarser_text), '')
        end as shown_reason,
        {{ compared_columns('judged') }}
    from judged
    {% for which in ['before', 'year_before'] %}
    left join measured as {{ which }}
        on
            {{ which }}.which = '{{ which }}'
            and judged.fineness = {{ which }}.fineness
            and {{ which }}.denominator >= 30
            and judged.touchpoint_id = {{ which }}.touchpoint_id
            and judged.kpi_id = {{ which }}.kpi_id
            and judged.measured_version = {{ which }}.kpi_version
    {% endfor %}

),

placed as (

    select
        *,
        {{ trend_of('move', 'move_margin') }} as trend,
        {{ trend_of('year_move', 'year_move_margin') }} as range_year_trend,
        {{ gap_to_target('compared') }} as gap,
        n / nullif(sum(n) over (partition by kpi_id), 0) as volume_share
    from compared

),

texts as (

    select
        strftime(window_start, '%Y-%m-%d') || '..' || strftime(period_end, '%Y-%m-%d') as window_id,
        strftime(window_start, '%-d %B %Y') as window_start_text,
        strftime(period_end, '%-d %B %Y') as window_end_text,
        kpi_id, kpi_name, touchpoint_id, touchpoint_name, owner_department, position, takes_contacts, denominator_text, unit, unit_kind,
        direction, n, value, value_lower, value_upper, target, lower_bound, status, shown_reason as reason, previous_value, trend,
        {{ value_text('value', 'unit_kind', 'unit') }} as value_text,
        '± ' || {{ margin_text('(value_upper - value_lower) / 2', 'unit_kind', 'value') }} as interval_text,
        {{ target_columns('placed') }},
        {{ trend_arrow('trend', 'value', 'previous_value') }} as trend_arrow,
        {{ value_text('year_before_value', 'unit_kind', 'unit') }} as year_before_text,
        range_year_trend as year_trend
    from placed

)

select
    * exclude (usual_spread, volume_share),
    case when {{ is_short_of_target('texts') }} then {{ worst_figure_text('texts') }} || '.' end as worst_text
from texts
order by {{ order_of_pain('texts') }}
{%- endmacro %}
