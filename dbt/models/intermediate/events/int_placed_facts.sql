-- Every measure of the semantic layer that is counted after events were given to touchpoints, in the columns of
-- int_measured_facts.
{{ list_measured(measured_facts() | selectattr('is_placed') | list) }}
