{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('delivery_events') }}",
    post_hook="{{ end_merge('delivery_events') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('delivery_events') }}
