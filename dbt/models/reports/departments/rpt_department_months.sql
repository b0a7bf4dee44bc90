-- One row per month and department: how it did, in words.
with departments as (

    select owner_department from {{ ref('dim_touchpoints') }}
    union
    select owner_department from {{ ref('dim_components') }}
    union
    select owner_department from {{ ref('dim_changes') }}

),

figures as (

    select
        *,
        row_number() over (
            partition by month, owner_department order by {{ order_of_pain('month_figures') }}
        ) as pain_rank
    from {{ ref('rpt_month_kpis') }} as month_figures

),

counted as (

    select
        month, owner_department,
        count(*) as figures_count,
        count(*) filter (where status in ('green', 'yellow', 'red')) as judged_count,
        count(*) filter (where status = 'green') as green_count,
        count(*) filter (where status = 'red') as red_count,
        count(*) filter (where month_before_certainty in ('clear', 'within_margin')) as compared_count,
        count(*) filter (where month_before_certainty = 'clear') as moved_count,
        max(case
            when pain_rank = 1 and {{ is_short_of_target('figures') }}
                then {{ worst_figure_text('figures') }} || '.'
        end) as worst_text
    from figures
    group by month, owner_department

)

select
    months.month,
    months.month_start,
    months.month_end,
    months.month_label,
    months.is_full,
    months.is_full and months.recency = min(months.recency) filter (where months.is_full) over () as is_latest,
    departments.owner_department,
    coalesce(counted.figures_count, 0) as figures_count,
    coalesce(counted.judged_count, 0) as judged_count,
    coalesce(counted.green_count, 0) as green_count,
    coalesce(counted.red_count, 0) as red_count,
    coalesce(counted.compared_count, 0) as compared_count,
    coalesce(counted.moved_count, 0) as moved_count,
    case
        when counted.figures_count is null then departments.owner_department || ' owns no touchpoint with a figure.'
        when
            counted.judged_count = 0
            then 'Nothing can be judged in ' || months.month_label || ': too few answers, or no data.'
        else
            coalesce(counted.worst_text, {{ nothing_hurts_text() }})
            || ' '
            || {{ targets_reached_text('counted') }}
    end as headline,
    case
        when coalesce(counted.compared_count, 0) = 0 then 'No figure can be compared with the month before.'
        else
            counted.moved_count
            || ' of '
            || counted.compared_count
            || ' figures moved clearly against the month before; by chance alone '
            || case
                when counted.compared_count < 20 then 'fewer than one' else
                    'about ' || printf('%.0f', 0.05 * counted.compared_count)
            end
            || ' would.'
    end as moves_text
from {{ ref('dim_months') }} as months
cross join departments
left join counted on months.month = counted.month and departments.owner_department = counted.owner_department
where departments.owner_department is not null
