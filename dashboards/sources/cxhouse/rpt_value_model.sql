select
    version,
    version_text,
    value_basis_text,
    purchase_text,
    purchase_parameters_text,
    value_text,
    value_parameters_text,
    service_cost_text,
    weights_text,
    financial_boundary_text,
    appreciation_boundary_text,
    evidence_text,
    holdout_text,
    notes_text,
    reason
from read_parquet('${serving}/rpt_value_model.parquet')
