{{ config(materialized='view') }}
-- One row per period: a fingerprint of all that the report of KPIs makes its rows from: the period, and for the whole
-- time also the KPIs without any value.
with missing as (

    select
        'total' as grain,
        period_start,
        sum(hash(missing)) as fingerprint
    from {{ ref('fct_missing_kpis') }} as missing
    group by period_start

)

select
    coalesce(periods.grain, missing.grain) as grain,
    coalesce(periods.period_start, missing.period_start) as period_start,
    hash(periods.fingerprint, missing.fingerprint) as fingerprint
from {{ ref('fct_period_fingerprints') }} as periods
full join missing on periods.grain = missing.grain and periods.period_start is not distinct from missing.period_start
