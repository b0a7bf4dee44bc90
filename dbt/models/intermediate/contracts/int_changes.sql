{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('changes') }}",
    post_hook="{{ end_merge('changes') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('changes') }}
