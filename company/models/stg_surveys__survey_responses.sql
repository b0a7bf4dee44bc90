with answers as (

    select * from {{ source('surveys', 'answers') }}

),

mapped as (

    select
        answer_id as response_id,
        lower(survey) as survey_id,
        wording as question_version,
        invitation as invitation_id,
        respondent as customer_key,
        order_no as order_id,
        case_no as contact_id,
        parcel_no as delivery_id,
        case tag when 'TP-SITE' then 'website' end as touchpoint_hint,
        sent_at as asked_at,
        completed_at as answered_at,
        case question_type
            when 'NPS10' then 'nps'
            when 'CSAT5' then 'csat'
            when 'CES7' then 'ces'
            else 'other'
        end as metric,
        score,
        case question_type when 'NPS10' then 0 else 1 end as scale_min,
        case question_type when 'NPS10' then 10 when 'CES7' then 7 else 5 end as scale_max,
        agent as agent_id,
        partner as supplier_id,
        {{ lineage() }}
    from answers

)

select * from mapped
