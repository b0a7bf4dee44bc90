-- One row per month figure that is new, or differs from the one last reported; a figure that no longer exists has no
-- value. Publishing keeps these rows in the ledger.
with reported as (

    select
        *,
        row_number()
            over (partition by kpi_id, touchpoint_id, month_start order by built_at desc, build_id desc)
            as recency
    from {{ source('company_folder', 'reported_figures') }}
    where build_id <> (select build_id from {{ source('company_folder', 'build') }})

),

last_reported as (

    select * from reported where recency = 1

),

compared as (

    select
        coalesce(now.kpi_id, last_reported.kpi_id) as kpi_id,
        coalesce(now.kpi_version, last_reported.kpi_version) as kpi_version,
        coalesce(now.touchpoint_id, last_reported.touchpoint_id) as touchpoint_id,
        coalesce(now.month_start, last_reported.month_start) as month_start,
        now.numerator, now.denominator, now.value, now.n,
        case
            when last_reported.kpi_id is null then true
            when now.kpi_id is null then last_reported.value is not null
            when last_reported.value is null or now.kpi_version <> last_reported.kpi_version then true
            -- rounding differences from the order of the rows do not count
            else
                abs(now.numerator - last_reported.numerator) > 1e-6 * greatest(1, abs(last_reported.numerator))
                or abs(now.denominator - last_reported.denominator) > 1e-6 * greatest(1, abs(last_reported.denominator))
        end as is_different
    from {{ ref('fct_month_figures') }} as now
    full join last_reported
        on
            now.kpi_id = last_reported.kpi_id
            and coalesce(now.touchpoint_id, '-') = coalesce(last_reported.touchpoint_id, '-')
            and now.month_start = last_reported.month_start

)

select
    compared.kpi_id, compared.kpi_version, compared.touchpoint_id, compared.month_start,
    compared.numerator, compared.denominator, compared.value, compared.n,
    build.build_id, build.built_at
from compared
cross join {{ source('company_folder', 'build') }} as build
where compared.is_different
