-- One row per change and other change that began or ended at one of its touchpoints from 56 days before its start to 28 days after, or incident that met those days.
with scoped as (

    select scoped.change_id, scoped.touchpoint_id, changes.title, changes.kind, changes.started_date, changes.ended_date, changes.recorded_in
    from {{ ref('dim_change_touchpoints') }} as scoped
    inner join {{ ref('dim_changes') }} as changes using (change_id)

),

events as (

    select change_id, touchpoint_id, title, kind, recorded_in, started_date as day, 'began' as event from scoped
    union all
    select change_id, touchpoint_id, title, kind, recorded_in, ended_date, 'ended' from scoped where ended_date is not null
    union all
    -- what met the whole company has no touchpoint of its own
    select incidents.change_id, places.touchpoint_id, changes.title, changes.kind, changes.recorded_in, incidents.started_date, 'began'
    from {{ ref('dim_incidents') }} as incidents
    inner join {{ ref('dim_changes') }} as changes using (change_id)
    cross join {{ ref('dim_touchpoints') }} as places
    where incidents.touchpoint_id is null

),

near as (

    select
        scoped.change_id, scoped.started_date, events.change_id as other_change_id, events.title, events.kind, events.recorded_in, events.day, events.event,
        touchpoints.touchpoint_name, {{ date_distance('scoped.started_date', 'events.day') }} as days_after
    from scoped
    inner join events on scoped.touchpoint_id = events.touchpoint_id and scoped.change_id <> events.change_id
    inner join {{ ref('dim_touchpoints') }} as touchpoints on scoped.touchpoint_id = touchpoints.touchpoint_id
    where events.day between scoped.started_date - 56 and scoped.started_date + 28

),

grouped as (

    select
        change_id, other_change_id, title as other_title, kind as other_kind, recorded_in as other_recorded_in, event, day, days_after,
        string_agg(touchpoint_name, ', ' order by touchpoint_name) as touchpoint_names
    from near
    group by change_id, other_change_id, title, kind, recorded_in, event, day, days_after

),

overlapping as (

    select distinct change_id, trim({{ split_values('overlaps_with') }}) as other_change_id
    from {{ ref('fct_change_effects') }}
    where is_current and relation = 'in_scope' and overlaps_with is not null

)

select
    grouped.*,
    overlapping.change_id is not null as is_overlap,
    grouped.event || ' on ' || {{ written_date('grouped.day') }} || ', '
    || case
        when grouped.days_after = 0 then 'the same day'
        else {{ counted('abs(grouped.days_after)', 'day') }} || case when grouped.days_after > 0 then ' later' else ' earlier' end
    end
    || ', at ' || grouped.touchpoint_names
    || case
        when overlapping.change_id is not null then '. The two cannot be told apart there.'
        when grouped.other_recorded_in = 'automatic' then '. Seen in the data, confirmed by nobody: it hides nothing.'
        else '.'
    end as text
from grouped
left join overlapping on grouped.change_id = overlapping.change_id and grouped.other_change_id = overlapping.other_change_id
