"""One row per predictor: how well it predicted a year ago who would stay."""

from semantic.value.versions import read_version
from semantic.value.words import list_evidence


def model(dbt, session):
    """The table of predictors of the version that holds."""
    dbt.config(materialized="table")
    text = dbt.ref("int_value_model").select("model_json").pl().item()
    return list_evidence(read_version(text) if text else None)
