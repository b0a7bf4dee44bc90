-- One row per inbound contact: how long the customer waited, whether the customer gave up, and how long handling took.
-- Waits are those of live channels only.
with inbound as (

    select
        *,
        {{ is_live_channel('channel') }} as is_live,
        {{ seconds_between('queued_at', 'answered_at') }} as wait_seconds,
        {{ seconds_between('queued_at', 'ended_at') }} as stay_seconds
    from {{ ref('int_contacts') }}
    where direction is distinct from 'outbound'

)

select
    *,
    case when is_live and not coalesce(is_abandoned, false) then wait_seconds end as answered_wait_seconds,
    case
        when
            not coalesce(is_abandoned, false)
            then talk_seconds + coalesce(hold_seconds, 0) + coalesce(after_call_seconds, 0)
    end as handle_seconds,
    is_live and is_abandoned is not null as is_offered,
    is_live and is_abandoned and coalesce(stay_seconds < 5, false) as is_abandoned_short
from inbound
