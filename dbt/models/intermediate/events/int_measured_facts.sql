-- Every measure of the semantic layer in long form, before touchpoints are known: what was counted, on which day, by
-- which kind of event.
{{ list_measured(measured_facts() | rejectattr('is_placed') | list) }}
