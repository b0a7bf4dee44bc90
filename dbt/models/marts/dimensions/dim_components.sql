-- One row per ecosystem component. A supplier, channel or survey that appears in the data without being declared is
-- added and flagged.
select
    declared.component_id,
    declared.component_name,
    declared.kind,
    declared.owner_department,
    declared.is_visible,
    declared.supplier_id,
    declared.kpi_id,
    true as is_declared, newcomers.first_seen_date, coalesce(newcomers.is_news, false) as is_news
from {{ source('company_folder', 'components') }} as declared
left join
    {{ ref('dim_newcomers') }} as newcomers
    on newcomers.kind = 'supplier' and declared.supplier_id = newcomers.thing_id
union all
select
    component_id,
    thing_id,
    kind,
    cast(null as varchar),
    kind in ('supplier', 'channel'),
    case when kind = 'supplier' then thing_id end,
    cast(null as varchar),
    false, first_seen_date, is_news
from {{ ref('dim_newcomers') }}
where not is_declared
