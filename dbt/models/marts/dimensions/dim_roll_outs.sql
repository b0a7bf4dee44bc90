-- One row per change: the end of its roll-out that counts, by its recorded versions. An edit counts when neither the
-- old nor the new day was past by then: nobody chooses the weeks that are judged with their figures in sight.
with versions as (

    select
        versions.change_id, versions.version, versions.rolled_out_at,
        {{ local_date('versions.recorded_at') }} as recorded_date,
        -- at once: on the day of the start
        {{ local_date('coalesce(versions.rolled_out_at, versions.started_at)') }} as complete_date,
        min(versions.version) over (partition by versions.change_id) as first_version
    from {{ ref('dim_change_versions') }} as versions
    inner join {{ ref('dim_change_versions') }} as newest on versions.change_id = newest.change_id and newest.is_newest
    where {{ local_date('versions.started_at') }} = {{ local_date('newest.started_at') }} and not versions.is_withdrawn

),

-- what names a day that was past by then, after the first version, is no plan
ahead as (

    select
        *,
        recorded_date > lag(complete_date) over (partition by change_id order by version) as is_too_late
    from versions
    where version = first_version or recorded_date <= complete_date

),

-- once the day has passed that counted until then, nothing moves it
counted as (

    select
        *,
        count(*) filter (where is_too_late) over (partition by change_id order by version) as late_count
    from ahead

),

in_time as (

    select *, row_number() over (partition by change_id order by version desc) as recency
    from counted
    where late_count = 0

)

select change_id, rolled_out_at from in_time where recency = 1
