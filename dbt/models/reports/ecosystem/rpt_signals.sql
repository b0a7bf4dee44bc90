-- One row per signal: fires, clear or not measurable, in one plain sentence.
with counted as (

    select
        signal_id,
        count(*) as comparisons_count,
        count(*) filter (where status = 'fires') as firing_count,
        count(*) filter (where status = 'too_few') as too_few_count,
        arg_min(sentence, position) as strongest_sentence,
        arg_min(period_text, position) as period_text
    from {{ ref('rpt_signal_evidence') }}
    group by signal_id

),

thresholds as (

    select
        signal_id,
        string_agg(
            replace(threshold, '_', ' ') || ' '
            || case
                when threshold like '%share' or threshold like '%rise' then printf('%g %%', 100 * value) else
                    printf('%g', value)
            end
            || ' (' || case set_in when 'default' then '' else 'set by the company: ' end || reason || ')',
            ' ' order by threshold
        ) as thresholds_text
    from {{ source('company_folder', 'signal_thresholds') }}
    group by signal_id

),

judged as (

    select
        signals.*, counted.period_text, counted.strongest_sentence, thresholds.thresholds_text,
        coalesce(counted.comparisons_count, 0) as comparisons_count,
        coalesce(counted.firing_count, 0) as firing_count,
        coalesce(counted.too_few_count, 0) as too_few_count,
        case
            when coalesce(counted.comparisons_count, 0) = coalesce(counted.too_few_count, 0) then 'not_measurable'
            when counted.firing_count > 0 then 'fires'
            else 'clear'
        end as status
    from {{ source('company_folder', 'signals') }} as signals
    left join counted using (signal_id)
    left join thresholds using (signal_id)

)

select
    signal_id, signal_name, question, position, status,
    case status
        when 'fires'
            then
                strongest_sentence
                || case firing_count
                    when 1 then '' when 2 then ' One comparison more fires.' else
                        ' ' || (firing_count - 1) || ' comparisons more fire.'
                end
        when 'clear' then 'Nothing fires. Nearest to it: ' || strongest_sentence
        else case
            when comparisons_count = 0 then 'Not measurable: it needs ' || needs_text || '.'
            else
                'Not measurable: in none of '
                || comparisons_count
                || ' comparisons are there enough cases. '
                || strongest_sentence
        end
    end as sentence,
    comparisons_count, firing_count, too_few_count, period_text, thresholds_text,
    case status
        when 'not_measurable' then 'Deliver what is missing: ' || needs_text || '. Until then nobody knows.'
        else what_to_do
    end as what_to_do,
    (
        select
            'The error of ' || printf('%g %%', 100 * error_share) || ' is shared out over ' || judged.comparisons_count
            || case judged.comparisons_count when 1 then ' comparison; ' else ' comparisons; ' end
            || recent_days
            || ' days, against '
            || earlier_days
            || ' days before; fewer than '
            || printf('%g', smallest_n) || ' are not judged.'
        from {{ ref('dim_signal_span') }}
    ) as method_text
from judged
