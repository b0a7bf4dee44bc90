"""One row per component of the appreciation value: what it means, what it weighs, of whom it is known."""

from semantic.value.versions import read_version
from semantic.value.words import list_components


def model(dbt, session):
    """The weights of the version that holds, and the newest month-end's coverage."""
    dbt.config(materialized="table")
    text = dbt.ref("int_value_model").select("model_json").pl().item()
    rows = dbt.ref("fct_component_coverage").filter("is_latest").select("component_id, known_count, customers_count").pl().iter_rows()
    known = {component: (count, customers) for component, count, customers in rows}
    return list_components(read_version(text) if text else None, known)
