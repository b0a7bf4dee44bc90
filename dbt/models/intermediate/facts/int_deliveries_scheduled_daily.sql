{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_days('deliveries_scheduled') }}",
    post_hook="{{ end_days('deliveries_scheduled') }}",
) }}

-- depends_on: {{ ref('int_segment_days') }}
-- Deliveries by the last scheduled day.
{{ count_deliveries_by('deliveries_scheduled') }}
