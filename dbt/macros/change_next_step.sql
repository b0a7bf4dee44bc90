{# The next step for a change, from its status; uses columns of fct_change_status. #}
{% macro change_next_step() -%}
case
    when is_withdrawn then 'It was withdrawn: write the reason in its description.'
    when recorded_in = 'automatic' then 'Have it confirmed, so that it counts as a change.'
    when is_incident then 'Nothing: the judgements of changes leave its days out by themselves.'
    when is_unmeasured and status <> 'act' then 'Name a touchpoint whose KPIs have data in its scope.'
    when status = 'plan' and is_planned then 'Nothing until it starts; what is edited afterwards is shown as such.'
    when status = 'plan' then 'Name a primary KPI and its direction before it starts; without them it can only be explored.'
    when status = 'do' then 'Wait; another change at the same touchpoints would make both hard to tell apart.'
    when status = 'check' and waiting_reason like 'the figures of %' then 'Wait until newer data are loaded.'
    when status = 'check' then 'Wait for the next build; it judges as soon as it can.'
    when verdict in ('better', 'worse') and other_verdict is not null
        then 'Look again before you act on it: with the data and records of today it would be ' || other_verdict || '.'
    when verdict = 'too little data' and is_before_data then 'Nothing: there are no figures from before it.'
    when verdict_step is not null then verdict_step
    when has_worse and not has_better then 'Undo or correct it where it did harm, and record that as a new change.'
    when has_better and not has_worse then 'Keep it where it helped, and make it the standard there.'
    else 'Read the verdicts KPI by KPI.'
end
{%- endmacro %}
