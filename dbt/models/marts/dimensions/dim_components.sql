-- One row per ecosystem component. A supplier, channel or survey that appears in the data without being declared is
-- added and flagged; many of a kind are one component.
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
    group_id,
    case when is_grouped then format('{:,}', count(*)) || ' undeclared ' || kind || 's' else min(thing_id) end,
    kind,
    cast(null as varchar),
    kind in ('supplier', 'channel'),
    case when kind = 'supplier' and not is_grouped then min(thing_id) end,
    cast(null as varchar),
    false, min(first_seen_date), bool_or(is_news)
from {{ ref('dim_newcomers') }}
where not is_declared
group by group_id, kind, is_grouped
