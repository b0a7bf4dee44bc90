-- One row per change, KPI and touchpoint: the verdict. One that was published stays as it was given, for as long as the
-- change starts on the same day; what the same evaluation says now stands beside it.
{% set told = [
    'relation', 'is_primary', 'is_planned', 'is_owned', 'effect', 'effect_lower', 'effect_upper', 'p_value', 'q_value', 'placebo_count',
    'placebos_missed', 'smallest_visible_effect', 'expected_effect', 'method', 'controls', 'verdict', 'is_effect', 'reason', 'sentence', 'warnings',
    'overlaps_with', 'judged_from', 'periods_before', 'periods_after', 'score', 'effect_text', 'margin_text', 'visible_text', 'expected_text',
    'promise_text', 'second_effect', 'second_lower', 'second_upper', 'second_p', 'second_opinion',
] %}
with frozen as (

    select * from {{ source('company_folder', 'verdicts') }}

),

-- that nothing measures the planned KPI any more says nothing beside the verdict it has
judged as (

    select *
    from {{ ref('fct_change_judgements') }} as judgements
    where
        touchpoint_id is not null
        or not exists (
            select 1
            from frozen
            where
                frozen.change_id = judgements.change_id
                and frozen.started_at = judgements.started_at
                and frozen.kpi_id = judgements.kpi_id
                and frozen.is_primary
        )

),

build as (

    select build.build_id, today.local_date
    from {{ source('company_folder', 'build') }} as build
    cross join {{ source('company_folder', 'today') }} as today

)

select
    coalesce(judged.change_id, frozen.change_id) as change_id,
    coalesce(judged.kpi_id, frozen.kpi_id) as kpi_id,
    coalesce(judged.touchpoint_id, frozen.touchpoint_id) as touchpoint_id,
    coalesce(judged.started_at, frozen.started_at) as started_at,
    {% for name in told -%}
    case when frozen.change_id is null then judged.{{ name }} else frozen.{{ name }} end as {{ name }},
    {% endfor -%}
    frozen.change_id is not null or judged.is_final as is_final,
    frozen.change_id is not null as is_frozen,
    -- false: given for another start of the change, or the change is gone
    judged.change_id is not null or changes.change_id is not null as is_current,
    -- false: the KPI is no longer declared there, or the touchpoint no longer in sight; what was said of it stays
    judged.change_id is not null as is_asked,
    frozen.change_id is null and judged.is_kept as is_news,
    coalesce(frozen.judged_on, case when judged.is_final then build.local_date end) as judged_on,
    -- only of a verdict that is kept: another build would write another
    coalesce(frozen.build_id, case when judged.is_kept then build.build_id end) as build_id,
    judged.effect as latest_effect,
    judged.effect_lower as latest_lower,
    judged.effect_upper as latest_upper,
    judged.verdict as latest_verdict,
    judged.effect_text as latest_effect_text,
    judged.margin_text as latest_margin_text
from judged
full outer join frozen
    on
        judged.change_id = frozen.change_id
        and judged.kpi_id = frozen.kpi_id
        and judged.touchpoint_id = frozen.touchpoint_id
        and judged.started_at = frozen.started_at
left join
    {{ ref('dim_changes') }} as changes
    on frozen.change_id = changes.change_id and frozen.started_at = changes.started_date
cross join build
