{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('deliveries') }}",
    post_hook="{{ end_merge('deliveries') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('deliveries') }}
