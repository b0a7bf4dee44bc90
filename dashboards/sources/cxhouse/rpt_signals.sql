select
    signal_id,
    signal_name,
    question,
    position,
    status,
    sentence,
    what_to_do,
    period_text,
    comparisons_count,
    firing_count,
    too_few_count,
    thresholds_text,
    method_text
from read_parquet('${serving}/rpt_signals.parquet')
