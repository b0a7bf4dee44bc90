-- One row per answer to a question, and one per response without any answer. An answer has no time: its time is the
-- start of its response. Only the question about recommending is measured here; the other questions are rejected by
-- name.
with responses as (

    select * from {{ source('qualtrics', 'responses') }}

),

answers as (

    select * from {{ source('qualtrics', 'answers') }}

),

answered as (

    select
        answers.id as response_id,
        responses.survey_id,
        answers.question_id as question_version,
        responses.start_date as asked_at,
        responses.end_date as answered_at,
        case when answers.question ilike '%recommend%' then 'nps' else 'other' end as metric,
        answers.value as score,
        case
            when responses.id is null then 'the response of this answer is not in the export'
            when answers.value is null then 'answered without a value'
            when answers.question not ilike '%recommend%' then 'not a question about experience'
        end as _rejected_reason,
        answers._source,
        answers._table,
        answers._source_file,
        answers._source_line,
        answers._load_id,
        answers._landed_at,
        answers._window_date
    from answers
    left join responses on answers.response_id = responses.id

),

silent as (

    select
        responses.id as response_id,
        responses.survey_id,
        cast(null as varchar) as question_version,
        responses.start_date as asked_at,
        responses.end_date as answered_at,
        'other' as metric,
        cast(null as varchar) as score,
        'response without an answer in the export' as _rejected_reason,
        {{ lineage() }}
    from responses
    where id not in (select response_id from answers)

)

select *, 0 as scale_min, 10 as scale_max from answered -- noqa: AM07
union all
select *, 0 as scale_min, 10 as scale_max from silent
