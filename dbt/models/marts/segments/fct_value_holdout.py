"""One row per number of repeat purchases before: purchases of the year after, expected and seen."""

from semantic.value.versions import read_version
from semantic.value.words import list_holdout


def model(dbt, session):
    """The holdout check of the version that holds."""
    dbt.config(materialized="table")
    text = dbt.ref("int_value_model").select("model_json").pl().item()
    return list_holdout(read_version(text) if text else None)
