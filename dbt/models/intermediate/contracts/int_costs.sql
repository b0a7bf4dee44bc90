{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('costs') }}",
    post_hook="{{ end_merge('costs') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('costs') }}
