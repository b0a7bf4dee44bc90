"""One row: the current version of the customer values as columns and texts; or the reason why there is none."""

from semantic.value.versions import read_version
from semantic.value.words import describe_version


def model(dbt, session):
    """The version as a row."""
    dbt.config(materialized="table")
    text, reason = dbt.ref("int_value_model").select("model_json, reason").pl().row(0)
    customers = dbt.ref("fct_component_coverage").filter("is_latest").select("customers_count").pl()["customers_count"]
    return describe_version(read_version(text) if text else None, reason, customers[0] if len(customers) else 0)
