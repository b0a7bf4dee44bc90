-- One row per window, touchpoint and KPI the touchpoint declares: what the data say about why it stands where it does.
-- Only what is more than chance, or was judged, is named.
with moves as (

    select kpi_id, touchpoint_id, comparison as window_id, answer
    from {{ ref('rpt_kpi_moves') }}
    where is_main and is_latest and certainty = 'clear' and journey_id is null and comparison like 'last_%'

),

-- the season: the newest whole month against the same month a year before
seasons as (

    select
        kpi_id,
        touchpoint_id,
        comparison_label || ': ' || value_before_text || ' then, ' || value_after_text || ' now ('
        || case certainty when 'clear' then verdict else 'within the margin of error' end || ').' as season_text
    from {{ ref('rpt_kpi_moves') }}
    where
        is_main
        and is_latest
        and journey_id is null
        and comparison = 'year_before'
        and certainty in ('clear', 'within_margin')

),

-- changes of the last year whose verdict is about this figure
judged as (

    select
        effects.kpi_id,
        effects.touchpoint_id,
        count(*) as judged_count,
        string_agg(
            changes.title
            || ' (' || {{ written_date('effects.started_at') }} || '): '
            || effects.effect_text || ', ' || effects.verdict,
            '; '
            order by effects.started_at desc, changes.title
        ) filter (where effects.is_effect) as effects_text
    from {{ ref('rpt_change_effects') }} as effects
    inner join {{ ref('dim_changes') }} as changes using (change_id)
    cross join {{ source('company_folder', 'today') }} as today
    where
        effects.is_current
        and effects.is_asked
        and (effects.is_effect or effects.verdict = 'no visible effect')
        and effects.started_at > today.local_date - 364
    group by effects.kpi_id, effects.touchpoint_id

)

select
    tiles.window_id,
    tiles.touchpoint_id,
    tiles.kpi_id,
    nullif(concat_ws(
        ' ',
        moves.answer,
        seasons.season_text,
        case
            when judged.effects_text is not null
                then 'Judged changes that moved it in the last year: ' || judged.effects_text || '.'
            when judged.judged_count = 1 then 'The one change judged here in the last year did not move it visibly.'
            when judged.judged_count > 1
                then 'None of the ' || judged.judged_count || ' changes judged here in the last year moved it visibly.'
        end
    ), '') as known_text
from {{ ref('rpt_touchpoint_tiles') }} as tiles
left join moves using (kpi_id, touchpoint_id, window_id)
left join seasons using (kpi_id, touchpoint_id)
left join judged using (kpi_id, touchpoint_id)
