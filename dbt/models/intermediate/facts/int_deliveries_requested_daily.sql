{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('deliveries_requested') }}",
    post_hook="{{ end_days('deliveries_requested') }}",
) }}

-- depends_on: {{ ref('int_segment_days') }}
-- Deliveries by the day that the customer requested.
{{ count_deliveries_by('deliveries_requested') }}
