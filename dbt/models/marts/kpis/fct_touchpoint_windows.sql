-- One row per window, touchpoint (or component, supplier, or the company) and KPI: the value of the window, of the
-- window before it and of the one 52 weeks earlier, and whether the differences are more than noise.
{% set compared_scopes -%}
((dimension_set = 'total' and scope_kind in ('touchpoint', 'company', 'component'))
    or (dimension_set in ('supplier', 'other_supplier') and scope_kind = 'company'))
{%- endset %}
with now as (

    select * from {{ ref('fct_touchpoint_kpis') }}
    where {{ compared_scopes }} and grain like 'last_%'

),

earlier as (

    select
        kpi_id, kpi_version, touchpoint_id, component_id, supplier_id, scope_kind, grain, value, value_lower,
        value_upper
    from {{ ref('fct_touchpoint_kpis') }}
    where {{ compared_scopes }} and grain like '%before_last_%' and n >= 30

),

compared as (

    select
        now.*,
        {{ compared_columns('now') }}
    from now
    {% for name, grain in [
        ('before', "'before_' || now.grain"),
        ('year_before', "case now.grain when 'last_364_days' then 'before_' else 'year_before_' end || now.grain"),
    ] %}
    left join earlier as {{ name }}
        on
            now.kpi_id = {{ name }}.kpi_id
            and now.kpi_version = {{ name }}.kpi_version
            and {{ grain }} = {{ name }}.grain
            and now.scope_kind = {{ name }}.scope_kind
            and now.touchpoint_id is not distinct from {{ name }}.touchpoint_id
            and now.component_id is not distinct from {{ name }}.component_id
            and now.supplier_id is not distinct from {{ name }}.supplier_id
    {% endfor %}

)

select
    *,
    {{ trend_of('move', 'move_margin') }} as trend,
    {{ trend_of('year_move', 'year_move_margin') }} as year_trend
from compared
