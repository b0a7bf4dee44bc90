-- One row per started change, KPI and touchpoint in its scope: the plain move, the weeks judged against as many before
-- the start. It is not the effect: that is what lies between the weeks after and what would have been expected of them.
with compared as (

    select
        windows.*,
        kpis.denominator_scope = 'company' as is_additive,
        sums.numerator_before, coalesce(sums.denominator_before, 0) as denominator_before,
        sums.numerator_after, coalesce(sums.denominator_after, 0) as denominator_after,
        sums.first_kpi_version <> sums.kpi_version as is_redefined
    from {{ ref('dim_change_windows') }} as windows
    inner join {{ ref('dim_kpis') }} as kpis using (kpi_id)
    left join {{ ref('fct_change_sums') }} as sums
        on
            windows.change_id = sums.change_id
            and windows.kpi_id = sums.kpi_id
            and windows.touchpoint_id = sums.touchpoint_id
            and sums.dimension_set = 'total'

),

reasoned as (

    select
        * exclude (reason),
        case
            when reason is not null then reason
            when is_redefined then 'another definition of it began in these weeks'
            when denominator_before = 0 then 'nothing was counted in the weeks before'
            when denominator_after = 0 then 'nothing was counted in the weeks after'
            when
                {{ is_hidden_count('denominator_before') }} or {{ is_hidden_count('denominator_after') }}
                then 'fewer than 5 events in the weeks before or after'
        end as reason
    from compared

)

select
    concat_ws('|', 'change', change_id, kpi_id, touchpoint_id) as move_id,
    change_id, kpi_id, touchpoint_id, started_at, verdict, weeks_count,
    period_start, period_end, before_start, before_end, is_additive, reason,
    case when reason is null then numerator_before end as numerator_before,
    case when reason is null then denominator_before end as denominator_before,
    case when reason is null then numerator_after end as numerator_after,
    case when reason is null then denominator_after end as denominator_after,
    case when reason is null then numerator_before / denominator_before end as value_before,
    case when reason is null then numerator_after / denominator_after end as value_after,
    case when reason is null then numerator_after / denominator_after - numerator_before / denominator_before end
        as change
from reasoned
