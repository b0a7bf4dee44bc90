-- One row per touchpoint.
select
    touchpoint_id,
    touchpoint_name,
    owner_department,
    channels,
    is_visible,
    customer_does,
    input,
    output,
    user_story,
    requirement,
    promise, promise_kpi_id, not_measured_reason
from {{ source('company_folder', 'touchpoints') }}
