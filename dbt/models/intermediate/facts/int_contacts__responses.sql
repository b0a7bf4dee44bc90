-- One row per answered inbound written contact: the seconds from queue to answer in which its channel was open.
with answered as (

    select _key, _source, channel, queue, topic, event_date, queued_at, answered_at
    from {{ ref('int_contacts') }}
    where direction is distinct from 'outbound' and {{ is_written_channel('channel') }} and answered_at is not null

),

declared as (

    select distinct channel from {{ ref('int_opening_hours__declared') }}

)

select
    answered._key,
    answered._source,
    answered.channel,
    answered.queue,
    answered.topic,
    answered.event_date,
    -- a channel without declared hours is always open
    case
        when declared.channel is null then {{ seconds_between('answered.queued_at', 'answered.answered_at') }}
        else
            {{ open_seconds_until('answer', 'answered.answered_at') }}
            - {{ open_seconds_until('queue', 'answered.queued_at') }}
    end as first_response_business_seconds
from answered
left join declared on answered.channel = declared.channel
{{ join_open_period('queue', 'answered.channel', 'answered.queued_at') }}
{{ join_open_period('answer', 'answered.channel', 'answered.answered_at') }}
