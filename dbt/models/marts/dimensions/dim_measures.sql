-- One row per measure of the semantic layer.
{% set found = graph.metrics.values() | selectattr('config.meta.kind', 'equalto', 'measure') if execute else [] %}
{% set measures = found | sort(attribute='name') | list %}
{% for measure in measures %}
select
    '{{ measure.name }}' as measure_id,
    '{{ (measure.label or measure.name | replace("_", " ")) | replace("'", "''") }}' as measure_name,
    '{{ measure.description | replace("'", "''") }}' as description,
    '{{ measure.config.meta.fact }}' as fact,
    {%- set counted = measured_facts() | selectattr('fact', 'equalto', measure.config.meta.fact) | first %}
    '{{ counted.covered_by or counted.fact }}' as covered_by,
    {{ counted.has_segments or false }} as has_segments,
    '{{ measure.config.meta.date_basis }}' as date_basis,
    {{ "'" ~ measure.config.meta.within ~ "'" if measure.config.meta.within else 'cast(null as varchar)' }}
        as within_fact,
    {{ measure.config.meta.matures.days if measure.config.meta.matures else 'cast(null as integer)' }} as maturity_days,
    {{ "'" ~ measure.config.meta.matures.with ~ "'" if measure.config.meta.matures else 'cast(null as varchar)' }}
        as matures_with_fact,
    '{{ measure.config.meta.needs | join(",") }}' as needs
{% if not loop.last %}union all{% endif %}
{% endfor %}
{% if not measures %}
select cast(null as varchar) as measure_id, cast(null as varchar) as measure_name where false
{% endif %}
