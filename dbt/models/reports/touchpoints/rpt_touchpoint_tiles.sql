-- One row per window, touchpoint and KPI the touchpoint declares, with the texts a tile shows.
with windows as (

    select distinct grain as window_id, period_start as window_start, period_end as window_end
    from {{ ref('dim_periods') }}
    where grain like 'last_%'

),

-- touchpoints where people get in touch
service_touchpoints as (

    select distinct touchpoint_id from {{ source('company_folder', 'event_rules') }} where event_type like 'contact_%'

),

declared as (

    select
        windows.window_id, windows.window_start, windows.window_end,
        targets.kpi_id, targets.touchpoint_id, targets.position, targets.target, targets.lower_bound,
        touchpoints.touchpoint_name, touchpoints.owner_department, touchpoints.not_measured_reason,
        service_touchpoints.touchpoint_id is not null as takes_contacts
    from {{ source('company_folder', 'touchpoint_kpis') }} as targets
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    left join service_touchpoints using (touchpoint_id)
    cross join windows

),

filled as (

    select
        declared.window_id, declared.window_start, declared.window_end,
        {{ window_label('declared.window_id', 'declared.window_end') }} as window_label,
        declared.kpi_id,
        kpis.kpi_name,
        kpis.version as kpi_version,
        declared.touchpoint_id,
        declared.touchpoint_name,
        declared.owner_department,
        declared.position,
        declared.takes_contacts,
        coalesce(windows.n, 0) as n, windows.value, windows.value_lower, windows.value_upper,
        declared.target, declared.lower_bound,
        coalesce(windows.status, missing.status, 'no_data') as status,
        coalesce(
            windows.reason,
            missing.reason,
            case
                when
                    kpis.immature_from <= declared.window_start
                    then 'not known yet: ' || kpis.maturity_days || ' days have to pass'
                when windows.status is null
                    then concat_ws('; ', 'nothing counted in this period', kpis.late_tables)
            end
        ) as reason,
        kpis.unit, kpis.unit_kind, kpis.direction, kpis.interval_method, kpis.minimum_n, kpis.denominator_text,
        windows.previous_value,
        coalesce(windows.trend, 'unclear') as trend,
        windows.year_before_value,
        coalesce(windows.year_trend, 'unclear') as year_trend
    from declared
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    left join {{ ref('fct_touchpoint_windows') }} as windows
        on
            declared.window_id = windows.grain
            and declared.kpi_id = windows.kpi_id
            and declared.touchpoint_id = windows.touchpoint_id
    left join
        {{ ref('fct_missing_kpis') }} as missing
        on declared.kpi_id = missing.kpi_id and declared.touchpoint_id = missing.touchpoint_id

),

placed as (

    select
        filled.*,
        spreads.usual_spread,
        {{ gap_to_target('filled') }} as gap,
        filled.n / nullif(sum(filled.n) over (partition by filled.window_id, filled.kpi_id), 0) as volume_share
    from filled
    left join {{ ref('fct_kpi_spreads') }} as spreads using (kpi_id)

)

select
    window_id,
    window_start,
    window_end,
    window_label,
    kpi_id,
    kpi_name,
    touchpoint_id,
    touchpoint_name,
    owner_department,
    position,
    n, value, value_lower, value_upper, target, lower_bound, status, reason, unit, direction, previous_value, trend,
    {{ value_text('value', 'unit_kind', 'unit') }} as value_text,
    '± ' || {{ margin_text('(value_upper - value_lower) / 2', 'unit_kind', 'value') }} as interval_text,
    {{ target_columns('placed') }},
    {{ trend_arrow('trend', 'value', 'previous_value') }} as trend_arrow,
    takes_contacts,
    denominator_text,
    {{ value_text('year_before_value', 'unit_kind', 'unit') }} as year_before_text,
    year_trend,
    unit_kind, interval_method, minimum_n,
    kpi_version
from placed
