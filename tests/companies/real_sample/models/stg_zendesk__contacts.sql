-- One row per ticket. A ticket names no order, and no table of this extract has the time of the first answer: both are
-- null.
select
    id as contact_id,
    requester_id as customer_key,
    case via_channel
        when 'email' then 'mail'
        when 'web' then 'mail'          -- the form on the site arrives as a message
        when 'chat' then 'chat'
        when 'voice' then 'phone'
        else via_channel
    end as channel,
    group_id as queue,
    type as topic,
    created_at as queued_at,
    assignee_id as agent_id,
    status in ('solved', 'closed') as is_resolved,
    updated_at,
    case when status = 'deleted' then 'ticket deleted' end as _rejected_reason,
    {{ lineage() }}
from {{ source('zendesk', 'tickets') }}
