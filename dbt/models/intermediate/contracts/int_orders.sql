{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('orders') }}",
    post_hook="{{ end_merge('orders') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('orders') }}
