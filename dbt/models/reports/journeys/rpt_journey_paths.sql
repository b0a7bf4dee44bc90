-- One row per journey, period and way taken, the most common first; ways that fewer than 5 took are one row, the last.
select
    journey_id, grain, period_start, period_end, path_rank as rank,
    coalesce(path, 'Other ways, each taken by fewer than 5') as path,
    case
        when path is null then null
        when open_phase_name is null then 'came to an end'
        else 'stuck in ' || open_phase_name
    end as outcome,
    path is null as is_other,
    paths_count,
    case when instances_count >= 5 then instances_count end as instances_count,
    case when instances_count >= 5 then share end as share,
    case when instances_count >= 5 then printf('%.1f %%', 100 * share) else 'fewer than 5' end as share_text
from {{ ref('fct_journey_paths') }}
