{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('handovers') }}",
    post_hook="{{ end_days('handovers') }}",
) }}

-- depends_on: {{ ref('int_segment_days') }}
-- Deliveries by the local day of the limit for their hand-over. One that was called off and never shipped is not due.
{{ count_deliveries_by('handovers', '(cancelled_at is null or shipped_at is not null)', 'shipped_at <= ship_by') }}
