-- One row per month, touchpoint and KPI the touchpoint declares: the month's figure, and how it compares with the month
-- before and a year before.
with declared as (

    select
        months.month, months.month_start, months.month_label, months.is_full,
        targets.touchpoint_id, touchpoints.touchpoint_name, touchpoints.owner_department,
        targets.kpi_id, targets.position, targets.target, targets.lower_bound
    from {{ source('company_folder', 'touchpoint_kpis') }} as targets
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    cross join {{ ref('dim_months') }} as months

),

figures as (

    select * from {{ ref('fct_touchpoint_kpis') }}
    where scope_kind = 'touchpoint' and dimension_set = 'total' and grain = 'month'

),

moves as (

    select
        *, change_text || case certainty when 'clear' then ', ' || verdict else ' (' || verdict || ')' end as move_text
    from {{ ref('rpt_kpi_moves') }}
    where is_main and journey_id is null

),

filled as (

    select
        declared.*,
        kpis.kpi_name, kpis.unit, kpis.unit_kind, kpis.direction,
        coalesce(figures.n, 0) as n, figures.value, figures.value_lower, figures.value_upper, figures.kpi_version,
        coalesce(figures.status, missing.status, 'no_data') as status,
        coalesce(
            figures.reason, missing.reason, case when figures.status is null then 'nothing counted in this month' end
        ) as reason,
        before.value_before as month_before_value,
        before.change as month_before_change,
        before.certainty as month_before_certainty,
        before.move_text as month_before_text,
        earlier.value_before as year_before_value,
        earlier.change as year_before_change,
        earlier.certainty as year_before_certainty,
        earlier.move_text as year_before_text
    from declared
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    left join
        figures
        on
            declared.month_start = figures.period_start
            and declared.kpi_id = figures.kpi_id
            and declared.touchpoint_id = figures.touchpoint_id
    left join
        {{ ref('fct_missing_kpis') }} as missing
        on declared.kpi_id = missing.kpi_id and declared.touchpoint_id = missing.touchpoint_id
    left join moves as before
        on
            before.comparison = 'month_before'
            and declared.month_start = before.period_start
            and declared.kpi_id = before.kpi_id
            and declared.touchpoint_id = before.touchpoint_id
    left join moves as earlier
        on
            earlier.comparison = 'year_before'
            and declared.month_start = earlier.period_start
            and declared.kpi_id = earlier.kpi_id
            and declared.touchpoint_id = earlier.touchpoint_id

),

placed as (

    select
        filled.*,
        spreads.usual_spread,
        {{ gap_to_target('filled') }} as gap,
        filled.n / nullif(sum(filled.n) over (partition by filled.month, filled.kpi_id), 0) as volume_share
    from filled
    left join {{ ref('fct_kpi_spreads') }} as spreads using (kpi_id)

)

select
    month,
    month_start,
    month_label,
    is_full,
    owner_department,
    touchpoint_id,
    touchpoint_name,
    kpi_id,
    kpi_name,
    position,
    n, value, value_lower, value_upper, target, lower_bound, status, reason, unit, direction, kpi_version,
    month_before_value,
    month_before_change,
    month_before_certainty,
    year_before_value,
    year_before_change,
    year_before_certainty,
    {{ value_text('value', 'unit_kind', 'unit') }} as value_text,
    {{ value_text('value_lower', 'unit_kind', 'unit') }}
    || ' to '
    || {{ value_text('value_upper', 'unit_kind', 'unit') }} as interval_text,
    {{ target_columns('placed') }},
    {{ status_word('status') }} as status_word,
    string_agg(
        {{ written_month('month_start') }} || ' '
        || coalesce({{ value_text('value', 'unit_kind', 'unit') }}, 'no value'),
        ', ' order by month_start
    ) over (
        partition by touchpoint_id, kpi_id order by month_start rows between 12 preceding and current row
    ) as months_text,
    coalesce(month_before_text, case when is_full then 'not comparable' else 'month not whole' end)
        as month_before_text,
    coalesce(year_before_text, case when is_full then 'not comparable' else 'month not whole' end) as year_before_text
from placed
