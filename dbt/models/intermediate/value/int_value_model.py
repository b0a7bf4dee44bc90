"""One row: the current version of the customer values as JSON. It is fitted in semantic/value and kept in the ledger when published."""

import polars as pl

from semantic.value.versions import choose_model, read_version

SCHEMA = {"version": pl.Int64, "model_json": pl.Utf8, "is_new": pl.Boolean, "reason": pl.Utf8}


def model(dbt, session):
    """The newest version of the ledger, or a new one."""
    dbt.config(materialized="table")
    lines = dbt.source("company_folder", "value_models").pl().sort("version")
    kept = read_version(lines["model_json"][-1]) if lines.height else None
    choice = choose_model(dbt.ref("int_customer_months").pl(), kept)
    chosen = choice.model
    row = (chosen and chosen.version, chosen and chosen.to_json(), choice.is_new, choice.reason)
    return pl.DataFrame([row], schema=SCHEMA, orient="row")
