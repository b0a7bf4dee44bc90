{{ config(materialized='table', pre_hook="{{ touch_days_of_moved_hours() }}") }}

-- depends_on: {{ ref('int_contacts') }}
select channel, opens_at, closes_at, open_seconds_before
from {{ ref('int_open_periods__drawn') }}
