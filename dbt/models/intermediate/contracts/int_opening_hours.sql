{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('opening_hours') }}",
    post_hook="{{ end_merge('opening_hours') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('opening_hours') }}
