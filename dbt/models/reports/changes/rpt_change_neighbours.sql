-- One row per change and what another change did at one of its touchpoints from 56 days before its start to the last
-- day judged, or incident that met those days.
with scoped as (

    select
        scoped.change_id, scoped.touchpoint_id, changes.title, changes.kind, changes.started_date,
        changes.rolled_out_date, changes.ended_date, changes.recorded_in,
        -- four weeks are judged; after a roll-out they begin when its last week is over
        changes.started_date + 28
        + 7
        * cast(
            ceil(
                coalesce(greatest({{ date_distance('changes.started_date', 'changes.rolled_out_date') }}, 0), 0) / 7.0
            ) as integer
        )
            as until_date
    from {{ ref('dim_change_touchpoints') }} as scoped
    inner join {{ ref('dim_changes') }} as changes using (change_id)

),

-- what met the whole company has no touchpoint of its own
everywhere as (

    select
        incidents.change_id, places.touchpoint_id, changes.title, changes.kind, changes.recorded_in,
        incidents.started_date,
        incidents.ended_date
    from {{ ref('dim_incidents') }} as incidents
    inner join {{ ref('dim_changes') }} as changes using (change_id)
    cross join {{ ref('dim_touchpoints') }} as places
    where incidents.touchpoint_id is null

),

events as (

    select change_id, touchpoint_id, title, kind, recorded_in, started_date as day, 'began' as event from scoped
    union all
    select change_id, touchpoint_id, title, kind, recorded_in, ended_date, 'ended'
    from scoped
    where ended_date is not null
    union all
    select change_id, touchpoint_id, title, kind, recorded_in, rolled_out_date, 'reached everybody'
    from scoped
    where rolled_out_date > started_date
    union all
    select change_id, touchpoint_id, title, kind, recorded_in, started_date, 'began' from everywhere
    union all
    select change_id, touchpoint_id, title, kind, recorded_in, ended_date, 'ended' from everywhere

),

met as (

    select
        scoped.change_id,
        scoped.touchpoint_id,
        scoped.started_date,
        events.change_id as other_change_id,
        events.title, events.kind, events.recorded_in, events.event,
        events.day
    from scoped
    inner join events on scoped.touchpoint_id = events.touchpoint_id and scoped.change_id <> events.change_id
    where events.day >= scoped.started_date - 56 and events.day < scoped.until_date
    union all
    -- it began before those days and reached everybody after them: a step of it lies among them
    select
        scoped.change_id, scoped.touchpoint_id, scoped.started_date, others.change_id, others.title, others.kind,
        others.recorded_in,
        'was being rolled out',
        null
    from scoped
    inner join scoped as others on scoped.touchpoint_id = others.touchpoint_id and scoped.change_id <> others.change_id
    where others.started_date < scoped.started_date - 56 and others.rolled_out_date >= scoped.until_date

),

grouped as (

    select
        met.change_id,
        met.other_change_id,
        met.title as other_title,
        met.kind as other_kind,
        met.recorded_in as other_recorded_in,
        met.event,
        met.day,
        {{ date_distance('met.started_date', 'met.day') }} as days_after,
        string_agg(touchpoints.touchpoint_name, ', ' order by touchpoints.touchpoint_name) as touchpoint_names
    from met
    inner join {{ ref('dim_touchpoints') }} as touchpoints using (touchpoint_id)
    group by all

),

overlapping as (

    select distinct change_id, trim({{ split_values('overlaps_with') }}) as other_change_id
    from {{ ref('fct_change_effects') }}
    where is_current and relation = 'in_scope' and overlaps_with is not null

)

select
    grouped.*,
    overlapping.change_id is not null as is_overlap,
    grouped.event
    || case
        when grouped.day is null then ' all the time'
        when grouped.days_after = 0 then ' on ' || {{ written_date('grouped.day') }} || ', the same day'
        else
            ' on '
            || {{ written_date('grouped.day') }}
            || ', '
            || {{ counted('abs(grouped.days_after)', 'day') }}
            || case when grouped.days_after > 0 then ' later' else ' earlier' end
    end
    || ', at ' || grouped.touchpoint_names
    || case
        when overlapping.change_id is not null then '. The two cannot be told apart there.'
        when grouped.other_recorded_in = 'automatic' then '. Seen in the data, confirmed by nobody: it hides nothing.'
        else '.'
    end as text
from grouped
left join
    overlapping
    on grouped.change_id = overlapping.change_id and grouped.other_change_id = overlapping.other_change_id
