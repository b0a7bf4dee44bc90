-- One row per month-end and segment: who is in it, what they are worth and what that is made of, with the texts the
-- page shows.
with figures as (

    select
        *,
        customers_count - before_customers_count as customers_change,
        abs(customers_count - before_customers_count) < 0.05 * before_customers_count as is_steady,
        row_number() over (
            partition by month_end
            order by case when segment_id = 'unknown' then null else customers_count end desc nulls last, position
        ) as size_rank
    from {{ ref('fct_segment_figures') }}

),

sentences as (

    select
        month_end,
        position,
        case
            when size_rank = 1 and customers_share is not null and segment_id <> 'unknown' then
                'Of '
                || {{ counted('all_customers_count', 'customer') }}
                || ', '
                || {{ share_text('customers_share') }}
                || ' are '
                || {{ within_sentence('segment_name') }} || ', more than in any other segment.'
        end as most_text,
        case
            when segment_id = 'champions' and financial_value_share is not null then
                'Champions are ' || {{ share_text('customers_share') }} || ' of customers and '
                || {{ share_text('financial_value_share') }} || ' of the value expected in the next 12 months.'
        end as champions_text,
        case
            when segment_id = 'quiet_fans' and misjudged_count > 0 then
                {{ counted('misjudged_count', 'customer') }}
                || case when misjudged_count = 1 then ' is' else ' are' end
                || ' misjudged: in the fifth that bought least in the last 12 months, '
                || 'and in the fifth that values us most.'
        end as misjudged_text
    from figures

),

headlines as (

    select
        month_end,
        coalesce(
            nullif(concat_ws(' ', max(most_text), max(champions_text), max(misjudged_text)), ''),
            'Too few customers to show segments: counts below 5 stay hidden.'
        ) as headline
    from sentences
    group by month_end

)

select
    figures.month_end,
    {{ written_date('figures.month_end') }} as month_end_text,
    figures.is_latest,
    figures.segment_id,
    figures.segment_name,
    figures.meaning,
    figures.position,
    figures.is_hidden,
    figures.customers_count,
    case
        when figures.is_hidden then 'hidden: below 5, or it would give such a count away'
        else {{ counted('figures.customers_count', 'customer') }}
    end as customers_text,
    figures.customers_share,
    {{ share_text('figures.customers_share') }} as customers_share_text,
    figures.financial_value_mean,
    {{ money_text('figures.financial_value_mean') }} as financial_value_mean_text,
    figures.financial_value_total,
    {{ money_text('figures.financial_value_total') }} as financial_value_total_text,
    figures.financial_value_share,
    {{ share_text('figures.financial_value_share') }} as financial_value_share_text,
    figures.appreciation_value_mean,
    printf('%.1f of 100', figures.appreciation_value_mean) as appreciation_value_mean_text,
    figures.expected_purchases_mean,
    printf('%.1f a year', figures.expected_purchases_mean) as expected_purchases_text,
    figures.orders_12_months,
    printf('%,.0f', figures.orders_12_months) as orders_text,
    figures.revenue_12_months,
    {{ money_text('figures.revenue_12_months') }} as revenue_text,
    figures.service_cost_mean,
    {{ money_text('figures.service_cost_mean') }} as service_cost_text,
    figures.retained_share,
    coalesce(
        {{ share_text('figures.retained_share') }}
        || ' of '
        || printf('%,.0f', figures.retained_of_count)
        || ' a year ago bought again',
        'not known: fewer than 5 a year ago, or no year has passed'
    ) as retained_text,
    figures.customers_change,
    coalesce(
        printf('%+,d', figures.customers_change) || ' since ' || {{ written_date('figures.before_month_end') }},
        'no figure of a year ago'
    )
        as customers_change_text,
    case
        when figures.customers_change is null then 'unknown'
        when figures.is_steady or figures.customers_change = 0 then 'steady'
        when figures.customers_change > 0 then 'growing'
        else 'shrinking'
    end as customers_trend,
    figures.misjudged_count,
    figures.contractual_count,
    figures.credit_driven_count,
    '{{ var("currency") }}' as currency,
    headlines.headline
from figures
inner join headlines using (month_end)
