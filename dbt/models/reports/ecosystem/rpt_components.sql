-- One row per component and window, with the texts the map shows.
select
    component_id, component_name, kind, owner_department, is_visible, is_declared, touchpoints, touchpoint_names,
    window_id, window_start, window_end,
    {{ window_label('window_id', 'window_end') }} as window_label,
    kpi_id,
    kpi_name,
    n,
    value,
    value_lower,
    value_upper,
    target,
    lower_bound,
    previous_value,
    status,
    reason,
    trend,
    unit,
    direction,
    {{ value_text('value', 'unit_kind', 'unit') }} as value_text,
    '± ' || {{ margin_text('(value_upper - value_lower) / 2', 'unit_kind', 'value') }} as interval_text,
    {{ value_text('target', 'unit_kind', 'unit') }} as target_text,
    {{ value_text('lower_bound', 'unit_kind', 'unit') }} as bound_text,
    {{ trend_arrow('trend', 'value', 'previous_value') }} as trend_arrow,
    first_seen_date,
    case
        when not is_declared then
            'Not declared: seen in the data since '
            || {{ written_date('first_seen_date') }}
            || case when is_news then ', new then' else '' end
            || '. Nobody has named its owner, touchpoints and KPI yet.'
    end as flag_text
from {{ ref('fct_component_windows') }}
