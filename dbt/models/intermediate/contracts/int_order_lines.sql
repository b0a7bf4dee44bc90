{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('order_lines') }}",
    post_hook="{{ end_merge('order_lines') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('order_lines') }}
