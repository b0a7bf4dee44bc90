-- One row per window: how long people wait, how often they get in touch and how easily it is solved, in words.
with shown as (

    select
        window_id,
        {%- for kpi in [
            'average_speed_of_answer', 'service_level_80_20', 'abandonment', 'first_response_time', 'first_contact_resolution'
        ] %}
        max(value_text) filter (where kpi_id = '{{ kpi }}') as {{ kpi }},
        {%- endfor %}
        max(p90_text) filter (where kpi_id = 'average_speed_of_answer') as longest_wait,
        max(value) filter (where kpi_id = 'contact_rate') as contact_rate
    from {{ ref('rpt_contact_center') }}
    where channel = 'all'
    group by window_id

),

sentences as (

    select
        window_id,
        concat_ws(
            ' ',
            case
                when average_speed_of_answer is not null
                    then
                        'Who calls, chats or comes by waits '
                        || average_speed_of_answer
                        || ' on average, one in ten longer than '
                        || longest_wait
                        || coalesce('; ' || service_level_80_20 || ' are answered within 20 seconds', '')
                        || coalesce(', ' || abandonment || ' give up', '')
                        || '.'
            end,
            'A written message is answered after ' || first_response_time || ' of business hours.',
            first_contact_resolution || ' of resolved contacts needed no second one.',
            'Customers get in touch about orders ' || printf('%.0f', 100 * contact_rate) || ' times per 100 orders.'
        ) as headline
    from shown

)

select
    window_id,
    coalesce(
        nullif(headline, ''),
        'No contact was counted in this period. Load a source with the contract contacts, or choose another period.'
    ) as headline
from sentences
