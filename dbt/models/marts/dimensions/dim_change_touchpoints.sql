-- One row per change and touchpoint in its scope, named directly or through a component or supplier.
with named as (

    select change_id, started_date, trim({{ split_values('touchpoints') }}) as touchpoint_id
    from {{ ref('dim_changes') }}
    where touchpoints <> ''

),

components as (

    select change_id, started_date, trim({{ split_values('components') }}) as component_id
    from {{ ref('dim_changes') }}
    where components <> ''

),

suppliers as (

    select change_id, started_date, trim({{ split_values('suppliers') }}) as supplier_id
    from {{ ref('dim_changes') }}
    where suppliers <> ''

),

through_components as (

    select components.change_id, components.started_date, members.touchpoint_id
    from components
    inner join {{ source('company_folder', 'component_touchpoints') }} as members using (component_id)
    union
    select suppliers.change_id, suppliers.started_date, members.touchpoint_id
    from suppliers
    inner join {{ source('company_folder', 'components') }} as declared using (supplier_id)
    inner join {{ source('company_folder', 'component_touchpoints') }} as members using (component_id)

),

scoped as (

    select change_id, started_date, touchpoint_id, 'touchpoint' as via from named
    union all
    select change_id, started_date, touchpoint_id, 'component' from through_components
    where
        not exists (
            select 1
            from named
            where
                named.change_id = through_components.change_id
                and named.touchpoint_id = through_components.touchpoint_id
        )

)

select
    scoped.change_id,
    scoped.touchpoint_id,
    scoped.via,
    row_number() over (partition by scoped.touchpoint_id order by scoped.started_date, scoped.change_id) as number
from scoped
inner join {{ ref('dim_touchpoints') }} using (touchpoint_id)
