{{ config(materialized='table') }}

-- One row per customer and month with an answer, a judged failure or a cost: totals up to and including that month.
-- They are valid until the month of the next row, until_month_number.
with answered as (

    select
        customer_id,
        {{ month_number('answered_date') }} as month_number,
        max(answered_date) filter (where metric = 'nps') as nps_date,
        max(answered_date) filter (where metric = 'ces') as ces_date,
        count(*) filter (where metric = 'nps') as nps_answers_count,
        count(*) filter (where metric = 'nps' and score >= 9) as nps_promoters_count
    from {{ ref('int_customer_answers') }}
    group by customer_id, {{ month_number('answered_date') }}

),

judged as (

    select
        customer_id,
        judged_month_number as month_number,
        count(*) as failed_deliveries_count,
        count(*) filter (where is_forgiven) as forgiven_deliveries_count
    from {{ ref('int_customer_failures') }}
    group by customer_id, judged_month_number

),

costs as (

    select customer_id, {{ month_number('event_date') }} as month_number, sum(cost_amount) as service_cost
    from {{ ref('int_customer_costs') }}
    where customer_id is not null
    group by customer_id, {{ month_number('event_date') }}

),

months as (

    select
        customer_id,
        month_number,
        answered.nps_date,
        answered.ces_date,
        coalesce(answered.nps_answers_count, 0) as nps_answers_count,
        coalesce(answered.nps_promoters_count, 0) as nps_promoters_count,
        coalesce(judged.failed_deliveries_count, 0) as failed_deliveries_count,
        coalesce(judged.forgiven_deliveries_count, 0) as forgiven_deliveries_count,
        coalesce(costs.service_cost, 0) as service_cost
    from answered
    full outer join judged using (customer_id, month_number)
    full outer join costs using (customer_id, month_number)

)

select
    customer_id,
    month_number,
    coalesce(lead(month_number) over so_far, 999999) as until_month_number,
    max(nps_date) over so_far as nps_latest_date,
    max(ces_date) over so_far as ces_latest_date,
    sum(nps_answers_count) over so_far as nps_answers_count,
    sum(nps_promoters_count) over so_far as nps_promoters_count,
    sum(failed_deliveries_count) over so_far as failed_deliveries_count,
    sum(forgiven_deliveries_count) over so_far as forgiven_deliveries_count,
    sum(service_cost) over so_far as service_cost
from months
window so_far as (partition by customer_id order by month_number)
