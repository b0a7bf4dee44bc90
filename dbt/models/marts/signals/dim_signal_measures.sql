-- One row per signal and measure it judges: its name in sentences, how it varies, which direction harms, and the
-- threshold it is held against.
with declared as (

    select * from {{ source('company_folder', 'signal_measures') }}

),

measures as (

    select
        declared.signal_id,
        declared.measure_id,
        declared.measure_name,
        declared.unit_kind,
        declared.method,
        'higher' as harm,
        declared.threshold, declared.judges_moves, declared.needs_every_week
    from declared
    where declared.measure_id is not null
    union all
    -- of a signal that watches KPIs, each of its list
    select
        declared.signal_id,
        kpis.kpi_id,
        coalesce(declared.measure_name, {{ within_sentence('kpis.kpi_name') }}),
        kpis.unit_kind,
        case kpis.interval_method
            when 'wilson' then 'share' when 'nps_adjusted' then 'points' when 'student_t' then 'mean' else 'rate'
        end,
        case kpis.direction when 'lower' then 'higher' else 'lower' end,
        replace(declared.threshold, '{kpi}', kpis.kpi_id), declared.judges_moves, declared.needs_every_week
    from declared
    inner join
        {{ source('company_folder', 'signal_lists') }} as lists
        on declared.signal_id = lists.signal_id and lists.list = 'kpis'
    inner join {{ ref('dim_kpis') }} as kpis on lists.value = kpis.kpi_id
    where declared.measure_id is null

)

select
    measures.signal_id, measures.measure_id, measures.measure_name, measures.unit_kind, measures.method, measures.harm,
    levels.value as level_threshold,
    measures.judges_moves,
    coalesce(rises.value, 0.0) as smallest_rise,
    measures.needs_every_week
from measures
left join
    {{ source('company_folder', 'signal_thresholds') }} as levels
    on measures.signal_id = levels.signal_id and measures.threshold = levels.threshold
left join
    {{ source('company_folder', 'signal_thresholds') }} as rises
    on measures.signal_id = rises.signal_id and rises.threshold = 'smallest_rise'
