// Written by python -m cxhouse.warehouse.range_query from dbt/macros/range_tiles.sql: edit the macros there.
export const RANGE_QUERY = `with ranges as (
    select which, cast(first_day as date) as first_day, cast(last_day as date) as last_day, grain
    from (
        values ('now', $now), ('before', $before), ('year_before', $year_before)
    ) as ranges (which, first_day, last_day, grain)
),
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
    select * from cxhouse.rpt_touchpoint_tiles where window_id = 'last_28_days'
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
    from cxhouse.rpt_kpi_sums as sums
    inner join spans
        on sums.grain = spans.grain and sums.period_start >= spans.first_day and sums.period_end <= spans.last_day
    window whole as (partition by spans.which, spans.grain, sums.touchpoint_id, sums.kpi_id)
),
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
        case
    when shown.denominator > 0 then
        case declared.interval_method
            when 'wilson' then least(shown.numerator / shown.denominator, least(1.0, greatest(0.0, (
    shown.numerator / shown.denominator + power(1.959963984540054, 2) / (2 * shown.denominator)
    - 1.959963984540054 * sqrt(
        greatest(0.0, shown.numerator / shown.denominator * (1 - shown.numerator / shown.denominator)) / shown.denominator
        + power(1.959963984540054, 2) / (4 * power(shown.denominator, 2))
    )
) / (1 + power(1.959963984540054, 2) / shown.denominator))))
            when 'nps_adjusted' then greatest(-100.0, least(100.0, 100 * (
    shown.numerator / 100 / (shown.denominator + 3)
    - 1.959963984540054 * sqrt(
        ((shown.numerator_sq / 10000 + 1.5) / (shown.denominator + 3) - power(shown.numerator / 100 / (shown.denominator + 3), 2)) / (shown.denominator + 3)
    )
)))
            when 'student_t' then round(case when shown.denominator > 1 then
    shown.numerator / shown.denominator - (1.959963984540054 + 2.3722712324 / (shown.denominator - 1) + 2.8224986 / power((shown.denominator - 1), 2) + 2.5558497 / power((shown.denominator - 1), 3) + 1.5895341 / power((shown.denominator - 1), 4))
    * sqrt(greatest(0.0, shown.numerator_sq - power(shown.numerator, 2) / shown.denominator) / (shown.denominator - 1) / shown.denominator)
end, 4)
            when 'poisson' then case when shown.numerator <= 0 then 0.0
    else shown.numerator * power(1 - 1 / (9 * shown.numerator) - 1.959963984540054 / (3 * sqrt(shown.numerator)), 3) / shown.denominator
end
        end
end as value_lower,
        case
    when shown.denominator > 0 then
        case declared.interval_method
            when 'wilson' then greatest(shown.numerator / shown.denominator, least(1.0, greatest(0.0, (
    shown.numerator / shown.denominator + power(1.959963984540054, 2) / (2 * shown.denominator)
    + 1.959963984540054 * sqrt(
        greatest(0.0, shown.numerator / shown.denominator * (1 - shown.numerator / shown.denominator)) / shown.denominator
        + power(1.959963984540054, 2) / (4 * power(shown.denominator, 2))
    )
) / (1 + power(1.959963984540054, 2) / shown.denominator))))
            when 'nps_adjusted' then greatest(-100.0, least(100.0, 100 * (
    shown.numerator / 100 / (shown.denominator + 3)
    + 1.959963984540054 * sqrt(
        ((shown.numerator_sq / 10000 + 1.5) / (shown.denominator + 3) - power(shown.numerator / 100 / (shown.denominator + 3), 2)) / (shown.denominator + 3)
    )
)))
            when 'student_t' then round(case when shown.denominator > 1 then
    shown.numerator / shown.denominator + (1.959963984540054 + 2.3722712324 / (shown.denominator - 1) + 2.8224986 / power((shown.denominator - 1), 2) + 2.5558497 / power((shown.denominator - 1), 3) + 1.5895341 / power((shown.denominator - 1), 4))
    * sqrt(greatest(0.0, shown.numerator_sq - power(shown.numerator, 2) / shown.denominator) / (shown.denominator - 1) / shown.denominator)
end, 4)
            when 'poisson' then (shown.numerator + 1) * power(1 - 1 / (9 * (shown.numerator + 1)) + 1.959963984540054 / (3 * sqrt(shown.numerator + 1)), 3) / shown.denominator
        end
end as value_upper,
        case
    when declared.interval_method = 'student_t' and shown.denominator > 0 then
        shown.denominator < greatest(200, 25 * power(coalesce(
            (shown.numerator_cube / shown.denominator - 3 * shown.numerator / shown.denominator * shown.numerator_sq / shown.denominator + 2 * power(shown.numerator / shown.denominator, 3))
/ nullif(power(greatest(0.0, shown.numerator_sq / shown.denominator - power(shown.numerator / shown.denominator, 2)), 1.5), 0), 0
        ), 2))
    else false
end as is_rough
    from shown
    inner join declared using (touchpoint_id, kpi_id)
),
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
                    || strftime(measured.first_day, '%-d %B %Y') || ' to ' || strftime(measured.last_day, '%-d %B %Y')
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
            else case
    when coalesce(figures.denominator, 0) = 0 then 'no_data'
    when figures.denominator < 5 then 'hidden'
    when figures.denominator < figures.minimum_n then 'grey'
    when figures.target is null or figures.direction = 'neutral' or figures.value_lower is null then 'neutral'
    when figures.direction = 'higher' and figures.value_lower >= figures.target then 'green'
    when figures.direction = 'higher' and figures.value_upper < coalesce(figures.lower_bound, figures.target) then 'red'
    when figures.direction = 'lower' and figures.value_upper <= figures.target then 'green'
    when figures.direction = 'lower' and figures.value_lower > coalesce(figures.lower_bound, figures.target) then 'red'
    else 'yellow'
end
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
            else nullif(concat_ws('; ', nullif(concat_ws(
    '; ',
    case judged.status
        when 'no_data' then
            case
                when judged.period_end >= judged.immature_from and judged.grain in ('day', 'week', 'month')
                    then 'not known before ' || strftime(cast(judged.period_end + judged.maturity_days + 1 as date), '%-d %B %Y') || ': ' || judged.maturity_days || ' days have to pass'
                else 'nothing to divide by in this period'
            end
        when 'hidden' then 'fewer than 5: not shown'
        when 'grey' then 'fewer than ' || judged.minimum_n || ': too few to judge'
        when 'neutral' then
            case
                when judged.direction = 'neutral' then 'neither higher nor lower is better'
                when judged.interval_method = 'none' then 'shared out, not sampled: no interval, no colour'
                when judged.is_circular then 'not judged: what is counted here decides who is in the segment'
                when not judged.is_current then 'earlier definition: targets belong to the one in force'
                else 'no target'
            end
    end,
    case when judged.window_shift_days > 0 and (judged.grain like 'last_%' or judged.grain = 'total') and judged.status not in ('no_data', 'hidden')
        then case when judged.grain = 'total' then 'up to ' else 'the days that end on ' end || strftime(cast(judged.period_end - judged.window_shift_days as date), '%-d %B %Y') || ': later ones are not known yet' end,
    case when judged.period_end >= judged.late_from and judged.status <> 'hidden' then judged.late_tables end,
    case when judged.is_rough and judged.status not in ('no_data', 'hidden') then 'interval rough: few or very uneven values' end,
    'new definition since ' || strftime(judged.cut_date, '%-d %B %Y') || ': days before are left out'
), ''), judged.coarser_text), '')
        end as shown_reason,
        before.value as previous_value,
        judged.value - before.value as move,
        sqrt(
    power((judged.value_upper - judged.value_lower) / 2, 2) + power((before.value_upper - before.value_lower) / 2, 2)
) as move_margin,
        year_before.value as year_before_value,
        judged.value - year_before.value as year_move,
        sqrt(
    power((judged.value_upper - judged.value_lower) / 2, 2) + power((year_before.value_upper - year_before.value_lower) / 2, 2)
) as year_move_margin
    from judged
    left join measured as before
        on
            before.which = 'before'
            and judged.fineness = before.fineness
            and before.denominator >= 30
            and judged.touchpoint_id = before.touchpoint_id
            and judged.kpi_id = before.kpi_id
            and judged.measured_version = before.kpi_version
    left join measured as year_before
        on
            year_before.which = 'year_before'
            and judged.fineness = year_before.fineness
            and year_before.denominator >= 30
            and judged.touchpoint_id = year_before.touchpoint_id
            and judged.kpi_id = year_before.kpi_id
            and judged.measured_version = year_before.kpi_version
),
placed as (
    select
        *,
        case
    when move is null or move_margin is null or n < 30 then 'unclear'
    when abs(move) <= move_margin or direction = 'neutral' then 'steady'
    when (move > 0) = (direction = 'higher') then 'better'
    else 'worse'
end as trend,
        case
    when year_move is null or year_move_margin is null or n < 30 then 'unclear'
    when abs(year_move) <= year_move_margin or direction = 'neutral' then 'steady'
    when (year_move > 0) = (direction = 'higher') then 'better'
    else 'worse'
end as range_year_trend,
        case
    when compared.value is null or compared.target is null then null
    when compared.direction = 'higher' then greatest(0.0, compared.target - compared.value)
    when compared.direction = 'lower' then greatest(0.0, compared.value - compared.target)
end as gap,
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
        case
    when value is null then null
    when unit_kind = 'share' then printf('%.1f %%', 100 * value)
    when unit_kind = 'points' then printf('%+.0f', value)
    when unit_kind = 'seconds' and value >= 3600 then case when value / 3600 < 0 and cast(printf('%.1f', abs(value / 3600)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.1f', abs(value / 3600)), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs(value / 3600)), '.', 2) || ' h'
    when unit_kind = 'seconds' and value >= 600 then printf('%.1f min', value / 60)
    when unit_kind = 'seconds' then printf('%.0f s', value)
    when unit_kind = 'currency' then unit || ' ' || case when value < 0 and cast(printf('%.2f', abs(value)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(value)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(value)), '.', 2)
    when unit_kind = 'ratio' then case when 100 * value < 0 and cast(printf('%.2f', abs(100 * value)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(100 * value)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(100 * value)), '.', 2) || ' per 100'
    else case when value < 0 and cast(printf('%.2f', abs(value)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(value)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(value)), '.', 2)
end as value_text,
        '± ' || case
    when (value_upper - value_lower) / 2 is null then null
    when unit_kind = 'share' then printf('%.1f', 100 * (value_upper - value_lower) / 2)
    when unit_kind = 'seconds' and value >= 3600 then case when (value_upper - value_lower) / 2 / 3600 < 0 and cast(printf('%.1f', abs((value_upper - value_lower) / 2 / 3600)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.1f', abs((value_upper - value_lower) / 2 / 3600)), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs((value_upper - value_lower) / 2 / 3600)), '.', 2)
    when unit_kind = 'seconds' and value >= 600 then printf('%.1f', (value_upper - value_lower) / 2 / 60)
    when unit_kind in ('points', 'seconds') then printf('%.0f', (value_upper - value_lower) / 2)
    when unit_kind = 'ratio' then case when 100 * (value_upper - value_lower) / 2 < 0 and cast(printf('%.2f', abs(100 * (value_upper - value_lower) / 2)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(100 * (value_upper - value_lower) / 2)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(100 * (value_upper - value_lower) / 2)), '.', 2)
    else case when (value_upper - value_lower) / 2 < 0 and cast(printf('%.2f', abs((value_upper - value_lower) / 2)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs((value_upper - value_lower) / 2)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs((value_upper - value_lower) / 2)), '.', 2)
end as interval_text,
        case
    when placed.target is null then null
    when placed.unit_kind = 'share' then printf('%.1f %%', 100 * placed.target)
    when placed.unit_kind = 'points' then printf('%+.0f', placed.target)
    when placed.unit_kind = 'seconds' and placed.target >= 3600 then case when placed.target / 3600 < 0 and cast(printf('%.1f', abs(placed.target / 3600)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.1f', abs(placed.target / 3600)), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs(placed.target / 3600)), '.', 2) || ' h'
    when placed.unit_kind = 'seconds' and placed.target >= 600 then printf('%.1f min', placed.target / 60)
    when placed.unit_kind = 'seconds' then printf('%.0f s', placed.target)
    when placed.unit_kind = 'currency' then placed.unit || ' ' || case when placed.target < 0 and cast(printf('%.2f', abs(placed.target)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(placed.target)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(placed.target)), '.', 2)
    when placed.unit_kind = 'ratio' then case when 100 * placed.target < 0 and cast(printf('%.2f', abs(100 * placed.target)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(100 * placed.target)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(100 * placed.target)), '.', 2) || ' per 100'
    else case when placed.target < 0 and cast(printf('%.2f', abs(placed.target)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(placed.target)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(placed.target)), '.', 2)
end as target_text,
    placed.gap,
    placed.usual_spread,
    placed.volume_share,
    round(placed.gap / coalesce(placed.usual_spread, nullif(0.1 * abs(placed.target), 0), 1) * sqrt(placed.volume_share), 9) as pain,
    case
    when placed.gap > 0
        then ltrim(case
    when placed.gap is null then null
    when placed.unit_kind = 'share' then case when round(100 * (placed.gap), 1) < 0 and cast(printf('%.1f', abs(round(100 * (placed.gap), 1))) as double) > 0 then '-' else '+' end
|| printf('%,d', cast(split_part(printf('%.1f', abs(round(100 * (placed.gap), 1))), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs(round(100 * (placed.gap), 1))), '.', 2)
    when placed.unit_kind = 'seconds' and placed.target >= 3600 then case when round((placed.gap) / 3600, 2) < 0 and cast(printf('%.2f', abs(round((placed.gap) / 3600, 2))) as double) > 0 then '-' else '+' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(round((placed.gap) / 3600, 2))), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(round((placed.gap) / 3600, 2))), '.', 2)
    when placed.unit_kind = 'seconds' and placed.target >= 600 then case when round((placed.gap) / 60, 1) < 0 and cast(printf('%.1f', abs(round((placed.gap) / 60, 1))) as double) > 0 then '-' else '+' end
|| printf('%,d', cast(split_part(printf('%.1f', abs(round((placed.gap) / 60, 1))), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs(round((placed.gap) / 60, 1))), '.', 2)
    when placed.unit_kind in ('points', 'seconds') then case when round(placed.gap, 1) < 0 and cast(printf('%.1f', abs(round(placed.gap, 1))) as double) > 0 then '-' else '+' end
|| printf('%,d', cast(split_part(printf('%.1f', abs(round(placed.gap, 1))), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs(round(placed.gap, 1))), '.', 2)
    when placed.unit_kind = 'ratio' then case when round(100 * (placed.gap), 2) < 0 and cast(printf('%.2f', abs(round(100 * (placed.gap), 2))) as double) > 0 then '-' else '+' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(round(100 * (placed.gap), 2))), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(round(100 * (placed.gap), 2))), '.', 2)
    else case when round(placed.gap, 2) < 0 and cast(printf('%.2f', abs(round(placed.gap, 2))) as double) > 0 then '-' else '+' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(round(placed.gap, 2))), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(round(placed.gap, 2))), '.', 2)
end, '+')
            || case
    when placed.unit_kind in ('share', 'points') then ' points'
    when placed.unit_kind = 'seconds' and placed.target >= 3600 then ' h'
    when placed.unit_kind = 'seconds' and placed.target >= 600 then ' min'
    when placed.unit_kind = 'seconds' then ' s'
    when placed.unit_kind = 'ratio' then ' per 100'
    when placed.unit_kind = 'currency' then ' ' || placed.unit
    when placed.unit_kind = 'score' then ' on the scale'
    else ''
end
end as gap_text,
    case
    when placed.lower_bound is null then null
    when placed.unit_kind = 'share' then printf('%.1f %%', 100 * placed.lower_bound)
    when placed.unit_kind = 'points' then printf('%+.0f', placed.lower_bound)
    when placed.unit_kind = 'seconds' and placed.lower_bound >= 3600 then case when placed.lower_bound / 3600 < 0 and cast(printf('%.1f', abs(placed.lower_bound / 3600)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.1f', abs(placed.lower_bound / 3600)), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs(placed.lower_bound / 3600)), '.', 2) || ' h'
    when placed.unit_kind = 'seconds' and placed.lower_bound >= 600 then printf('%.1f min', placed.lower_bound / 60)
    when placed.unit_kind = 'seconds' then printf('%.0f s', placed.lower_bound)
    when placed.unit_kind = 'currency' then placed.unit || ' ' || case when placed.lower_bound < 0 and cast(printf('%.2f', abs(placed.lower_bound)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(placed.lower_bound)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(placed.lower_bound)), '.', 2)
    when placed.unit_kind = 'ratio' then case when 100 * placed.lower_bound < 0 and cast(printf('%.2f', abs(100 * placed.lower_bound)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(100 * placed.lower_bound)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(100 * placed.lower_bound)), '.', 2) || ' per 100'
    else case when placed.lower_bound < 0 and cast(printf('%.2f', abs(placed.lower_bound)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(placed.lower_bound)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(placed.lower_bound)), '.', 2)
end as bound_text,
        case
    when trend = 'steady' then '→'
    when trend = 'unclear' then ''
    when value > previous_value then '↑'
    else '↓'
end as trend_arrow,
        case
    when year_before_value is null then null
    when unit_kind = 'share' then printf('%.1f %%', 100 * year_before_value)
    when unit_kind = 'points' then printf('%+.0f', year_before_value)
    when unit_kind = 'seconds' and year_before_value >= 3600 then case when year_before_value / 3600 < 0 and cast(printf('%.1f', abs(year_before_value / 3600)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.1f', abs(year_before_value / 3600)), '.', 1) as bigint)) || '.' || split_part(printf('%.1f', abs(year_before_value / 3600)), '.', 2) || ' h'
    when unit_kind = 'seconds' and year_before_value >= 600 then printf('%.1f min', year_before_value / 60)
    when unit_kind = 'seconds' then printf('%.0f s', year_before_value)
    when unit_kind = 'currency' then unit || ' ' || case when year_before_value < 0 and cast(printf('%.2f', abs(year_before_value)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(year_before_value)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(year_before_value)), '.', 2)
    when unit_kind = 'ratio' then case when 100 * year_before_value < 0 and cast(printf('%.2f', abs(100 * year_before_value)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(100 * year_before_value)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(100 * year_before_value)), '.', 2) || ' per 100'
    else case when year_before_value < 0 and cast(printf('%.2f', abs(year_before_value)) as double) > 0 then '-' else '' end
|| printf('%,d', cast(split_part(printf('%.2f', abs(year_before_value)), '.', 1) as bigint)) || '.' || split_part(printf('%.2f', abs(year_before_value)), '.', 2)
end as year_before_text,
        range_year_trend as year_trend
    from placed
)
select
    * exclude (usual_spread, volume_share),
    case when (texts.status = 'red' or texts.status = 'yellow' and (texts.value < texts.target) = (texts.direction = 'higher')) then texts.touchpoint_name
|| case texts.status when 'red' then ' hurts most: ' else ' is furthest from its target, though not clearly beyond its bound: ' end
|| case when upper(substr(texts.kpi_name, 2, 1)) = substr(texts.kpi_name, 2, 1) then texts.kpi_name else lower(substr(texts.kpi_name, 1, 1)) || substr(texts.kpi_name, 2) end || ' ' || texts.value_text
|| ', ' || texts.gap_text || case texts.direction when 'higher' then ' below' else ' above' end || ' the target of ' || texts.target_text
|| ' (' || coalesce('bound ' || texts.bound_text || '; ', '') || 'n ' || printf('%,d', texts.n) || ')' || '.' end as worst_text
from texts
order by case
    when texts.status = 'red' then 0
    when (texts.status = 'red' or texts.status = 'yellow' and (texts.value < texts.target) = (texts.direction = 'higher')) then 1
    else 2
end,
texts.pain desc nulls last,
texts.touchpoint_id,
texts.kpi_id
`;
