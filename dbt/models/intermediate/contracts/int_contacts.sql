{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('contacts') }}",
    post_hook="{{ end_merge('contacts') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('contacts') }}
