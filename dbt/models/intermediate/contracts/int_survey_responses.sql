{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ begin_merge('survey_responses') }}",
    post_hook="{{ end_merge('survey_responses') }}",
) }}

-- depends_on: {{ source('landing', 'landing_log') }}
{{ current_rows('survey_responses') }}
