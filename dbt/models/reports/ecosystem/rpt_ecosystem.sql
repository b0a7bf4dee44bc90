-- One row per window: what is behind it, in one or two plain sentences.
with components as (

    select
        window_id, any_value(window_label) as window_label,
        count(*) as components_count,
        count(*) filter (where status = 'red') as red_count,
        count(*) filter (where status = 'green') as green_count,
        count(*) filter (where status = 'not_measurable') as not_measured_count,
        count(*) filter (where not is_declared) as undeclared_count,
        string_agg(component_name, ', ' order by component_name) filter (where status = 'red') as red_names,
        string_agg(component_name, ', ' order by component_name) filter (where not is_declared) as undeclared_names
    from {{ ref('rpt_components') }}
    group by window_id

),

signals as (

    select
        count(*) as signals_count,
        count(*) filter (where status = 'fires') as firing_count,
        count(*) filter (where status = 'not_measurable') as not_measurable_count,
        string_agg({{ within_sentence('signal_name') }}, ', ' order by position) filter (where status = 'fires')
            as firing_names
    from {{ ref('rpt_signals') }}

)

select
    components.window_id,
    components.window_label,
    components.components_count,
    components.red_count,
    components.green_count,
    components.not_measured_count,
    components.undeclared_count,
    signals.signals_count,
    signals.firing_count,
    signals.not_measurable_count,
    concat_ws(
        ' ',
        case
            when
                signals.firing_count = 0
                then 'None of ' || signals.signals_count || ' signals of a failing ecosystem fires'
            else
                signals.firing_count
                || ' of '
                || signals.signals_count
                || ' signals of a failing ecosystem '
                || case signals.firing_count when 1 then 'fires: ' else 'fire: ' end
                || signals.firing_names
        end
        || case signals.not_measurable_count
            when 0 then '.' else '; ' || signals.not_measurable_count || ' cannot be measured.'
        end,
        case
            when components.red_count = 0 then 'No component misses its bound'
            else
                components.red_names
                || case components.red_count when 1 then ' misses its bound' else ' miss their bounds' end
        end
        || '; '
        || components.green_count
        || ' of '
        || components.components_count
        || case components.green_count when 1 then ' components reaches' else ' components reach' end
        || ' the target, '
        || components.not_measured_count
        || case components.not_measured_count when 1 then ' is' else ' are' end
        || ' not measured.',
        case
            when components.undeclared_count > 0
                then
                    'Seen in the data and not declared: '
                    || replace(components.undeclared_names, ' undeclared ', ' ')
                    || '.'
        end
    ) as headline
from components
cross join signals
