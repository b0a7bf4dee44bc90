{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('holidays') }}",
    post_hook="{{ end_merge('holidays') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('holidays') }}
