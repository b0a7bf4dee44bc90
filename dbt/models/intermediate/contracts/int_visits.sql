{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('visits') }}",
    post_hook="{{ end_merge('visits') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('visits') }}
