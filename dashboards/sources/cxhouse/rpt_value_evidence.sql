select
    position,
    predictor_id,
    predictor_name,
    auc,
    auc_text,
    coverage_text,
    sentence
from read_parquet('${serving}/rpt_value_evidence.parquet')
