{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('customers') }}",
    post_hook="{{ end_merge('customers') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('customers') }}
