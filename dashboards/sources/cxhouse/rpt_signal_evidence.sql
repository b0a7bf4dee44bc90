select
    signal_id,
    position,
    subject_name,
    measure_name,
    comparison_text,
    status,
    period_text,
    n,
    value_text,
    limits_text,
    against_text,
    difference_text
from read_parquet('${serving}/rpt_signal_evidence.parquet')
