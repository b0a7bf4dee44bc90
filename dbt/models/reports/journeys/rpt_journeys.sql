-- One row per journey and period: who it is for, where people get stuck in one sentence or two, and how many events
-- cannot be placed.
with grains as (

    select 'settled_year' as grain
    union all
    select 'total'

),

events as (

    select
        journey_id,
        count(*) as events_count,
        count(*) filter (where thread_key is null) as unplaced_count,
        count(*) filter (where customer_id is null) as unknown_customer_count
    from {{ ref('int_journey_events') }}
    group by journey_id

),

phases as (

    select
        journey_id,
        count(*) as phases_count,
        count(*) filter (where not_followed_reason is null) as followed_phases_count
    from {{ ref('dim_journeys') }}
    group by journey_id

)

select
    journeys.journey_id, journeys.journey_name, journeys.persona, journeys.wish, journeys.journey_position,
    journeys.follows, journeys.gap_days,
    grains.grain, answers.period_start, answers.period_end,
    {{ period_text('answers.period_start', 'answers.period_end') }} as period_text,
    case when coalesce(answers.instances_count, 0) not between 1 and 4 then coalesce(answers.instances_count, 0) end
        as instances_count,
    case
        when
            coalesce(answers.instances_count, 0) not between 1 and 4
            then coalesce(answers.instances_count - answers.closed_count, 0)
    end as running_count,
    phases.phases_count,
    phases.followed_phases_count,
    coalesce(events.events_count, 0) as events_count,
    coalesce(events.unplaced_count, 0) as unplaced_count,
    coalesce(events.unknown_customer_count, 0) as unknown_customer_count,
    cast(events.unplaced_count as double) / events.events_count as unplaced_share,
    cast(events.unknown_customer_count as double) / events.events_count as unknown_customer_share,
    printf('%.1f %%', 100.0 * events.unplaced_count / events.events_count)
    || case journeys.follows
        when 'order' then ' of the events at its touchpoints name no order we know' else
            ' of the events at its touchpoints belong to no customer we know'
    end
    || ' ('
    || events.unplaced_count
    || ' of '
    || events.events_count
    || '): they are counted here and left out of the figures.'
    || case
        when
            journeys.follows = 'order'
            then
                printf(
                    ' For %.1f %% the customer is unknown.', 100.0 * events.unknown_customer_count / events.events_count
                )
        else ''
    end as unplaced_text,
    case
        when
            phases.followed_phases_count = 0
            then
                'This journey cannot be followed: no phase begins and ends with events that say whose they are. '
                || 'The reasons stand at the phases.'
        when
            answers.instances_count is null
            and count(answers.instances_count) over (partition by journeys.journey_id) > 0
            then
                'Nobody is settled yet: this period ends two gaps of '
                || journeys.gap_days
                || ' days before the data do, so that those still on the way are no drop-outs. Look at all years.'
        when
            answers.instances_count is null
            then
                'Nobody began this journey in this period: '
                || 'no start event of its first followed phase has come from anyone known.'
        when
            answers.closed_count < 5
            then 'Too few to say where people get stuck: fewer than 5 went through it to the end of their gap.'
        when
            answers.closed_count < 30
            then
                'Too few to say where people get stuck: '
                || answers.closed_count
                || ' went through it to the end of their gap.'
        when
            answers.stuck_phase_name is null
            then 'No phase with an end of its own has enough people to say where they get stuck.'
        when answers.drop_out_share = 0 then 'Nobody gets stuck: everyone who entered a phase came to its end.'
        else
            answers.stuck_phase_name || ' loses most: '
            || printf('%.1f %%', 100 * answers.drop_out_share)
            || ' of those who enter it never come to its end ('
            || answers.dropped_out_count
            || ' of '
            || answers.closed_entered_count
            || printf(
                '; with its margin %.1f to %.1f %%)',
                100 * answers.drop_out_share_lower,
                100 * answers.drop_out_share_upper
            )
            || coalesce(
                ', not clearly more than '
                || answers.rival_phase_name
                || printf(' with %.1f %%', 100 * answers.rival_drop_out_share),
                ''
            )
            || '.'
    end as stuck_text,
    case
        when answers.closed_count >= 30
            then
                nullif(concat_ws(
                    ' ',
                    answers.slow_phase_name
                    || ' takes longest: half need more than '
                    || {{ hours_text('answers.dwell_median_hours') }}
                    || ', one in ten more than ' || {{ hours_text('answers.dwell_p90_hours') }} || '.',
                    printf('%.0f %%', 100 * answers.repeated_share)
                    || ' of those who come to '
                    || answers.again_phase_name
                    || ' come to it more than once.'
                ), '')
    end as time_text,
    row_number() over (
        partition by grains.grain
        order by
            case
                when answers.closed_count >= 30 and answers.stuck_phase_name is not null then answers.drop_out_share
            end desc nulls last,
            journeys.journey_position
    ) as stuck_rank
from {{ source('company_folder', 'journeys') }} as journeys
cross join grains
inner join phases using (journey_id)
left join events using (journey_id)
left join
    {{ ref('fct_journey_answers') }} as answers
    on journeys.journey_id = answers.journey_id and grains.grain = answers.grain
