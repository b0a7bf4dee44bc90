{#
  Joins that keep one version of a KPI per period: days of an older version than the one valid at the end of the period (or of the data) are left
  out, so that no period mixes two definitions. Use it after a join of dim_periods as `periods`; it ends with a `where`.
#}
{% macro leave_out_older_versions(kpi_id, kpi_version) -%}
left join {{ ref('dim_kpi_versions') }} as newer
        on
            {{ kpi_id }} = newer.kpi_id
            and {{ kpi_version }} < newer.version
            and newer.valid_from <= periods.period_end
            and newer.valid_from <= (select max(local_date) from {{ ref('dim_periods') }})
    where newer.kpi_id is null
{%- endmacro %}

{# Whether a period is one of the windows that end with the last covered day, or the window before one. #}
{% macro is_window(grain) -%}
({{ grain }} like 'last_%' or {{ grain }} like 'before_%' or {{ grain }} like 'year_before_%')
{%- endmacro %}
