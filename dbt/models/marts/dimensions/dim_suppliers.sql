-- One row per supplier seen in deliveries or declared as a component. volume_rank: 1 delivers most, in the last 364
-- days. KPIs are split by the suppliers that are followed: the declared ones and the largest; the others count as one.
with seen as (

    select
        supplier_id,
        min(event_date) as first_seen_date,
        max(event_date) as last_seen_date,
        coalesce(
            sum(deliveries_count) filter (
                where event_date > (select max(event_date) from {{ ref('int_deliveries_daily') }}) - 364
            ),
            0
        ) as deliveries_count
    from {{ ref('int_deliveries_daily') }}
    group by supplier_id

),

declared as (

    select supplier_id, min(component_id) as component_id, min(component_name) as component_name
    from {{ source('company_folder', 'components') }}
    where supplier_id is not null
    group by supplier_id

),

ranked as (

    select
        coalesce(declared.supplier_id, seen.supplier_id) as supplier_id,
        coalesce(declared.component_name, seen.supplier_id) as supplier_name,
        declared.component_id,
        seen.first_seen_date,
        seen.last_seen_date,
        declared.supplier_id is not null as is_declared,
        row_number() over (
            order by seen.deliveries_count desc nulls last, coalesce(declared.supplier_id, seen.supplier_id)
        ) as volume_rank
    from seen
    full outer join declared on seen.supplier_id = declared.supplier_id

)

select *, is_declared or volume_rank <= {{ followed_suppliers() }} as is_followed
from ranked
