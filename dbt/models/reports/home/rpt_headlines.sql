-- One row per window, journey and department: what hurts most there, and how the company does, in words.
with members as (

    select distinct journey_id, touchpoint_id from {{ ref('rpt_journey_touchpoints') }}
    union all
    select 'all', touchpoint_id from {{ ref('dim_touchpoints') }}

),

places as (

    select tiles.*, members.journey_id
    from {{ ref('rpt_touchpoint_tiles') }} as tiles
    inner join members using (touchpoint_id)

),

audiences as (

    select *, owner_department as audience from places
    union all
    select *, 'all' from places

),

-- what is below its bound first, then what is on the wrong side of its target; by pain
ranked as (

    select
        *,
        row_number() over (
            partition by window_id, journey_id, audience order by {{ order_of_pain('audiences') }}
        ) as pain_rank
    from audiences
    where {{ is_short_of_target('audiences') }}

),

counted as (

    select
        window_id, journey_id, audience,
        count(*) filter (where status in ('green', 'yellow', 'red')) as judged_count,
        count(*) filter (where status = 'green') as green_count,
        count(*) filter (where status = 'red') as red_count
    from audiences
    group by window_id, journey_id, audience

),

company_nps as (

    select
        grain as window_id,
        'NPS '
        || printf('%+.0f', value)
        || case trend
            when 'better' then ', better than before' when 'worse' then ', worse than before' when
                'steady'
                then ', steady'
            else ''
        end as nps_text
    from {{ ref('fct_touchpoint_windows') }}
    where scope_kind = 'company' and dimension_set = 'total' and kpi_id = 'nps' and n >= 30

)

select
    counted.window_id,
    counted.journey_id,
    counted.audience as owner_department,
    ranked.touchpoint_id,
    ranked.kpi_id,
    concat_ws(
        ' ',
        case
            when ranked.touchpoint_id is not null
                then
                    {{ worst_figure_text('ranked') }}
                    || case ranked.trend
                        when 'worse' then ', worse than the period before' when
                            'better'
                            then ', better than the period before'
                        else ''
                    end
                    || '.'
            when counted.judged_count = 0 then 'Nothing can be judged in this period: too few answers, or no data.'
            else {{ nothing_hurts_text() }}
        end,
        case
            when counted.judged_count > 0
                then {{ targets_reached_text('counted') }}
        end,
        case when counted.audience = 'all' then company_nps.nps_text || '.' end
    ) as headline,
    known.known_text
from counted
left join ranked
    on
        counted.window_id = ranked.window_id
        and counted.journey_id = ranked.journey_id
        and counted.audience = ranked.audience
        and ranked.pain_rank = 1
left join {{ ref('rpt_known_causes') }} as known
    on
        ranked.window_id = known.window_id
        and ranked.touchpoint_id = known.touchpoint_id
        and ranked.kpi_id = known.kpi_id
left join company_nps on counted.window_id = company_nps.window_id
