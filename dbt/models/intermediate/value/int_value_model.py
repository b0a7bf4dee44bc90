"""One row: the current version of the customer values as JSON. It is fitted in semantic/value and kept in the ledger when published."""

import polars as pl

from semantic.value.versions import choose_model, is_outdated, read_version

SCHEMA = {"version": pl.Int64, "model_json": pl.Utf8, "is_new": pl.Boolean, "reason": pl.Utf8}


def model(dbt, session):
    """The newest version of the ledger, or a new one."""
    dbt.config(materialized="table")
    lines = dbt.source("company_folder", "value_models").pl().sort("version")
    kept = read_version(lines["model_json"][-1]) if lines.height else None
    months = dbt.ref("int_customer_months")
    newest = months.order("month_end desc").limit(1).pl()
    is_fitted = kept is None or (newest.height and is_outdated(kept, *newest.select("month_end", "value_basis").row(0)))
    choice = choose_model(months.pl() if is_fitted else newest, kept)
    chosen = choice.model
    row = (chosen and chosen.version, chosen and chosen.to_json(), choice.is_new, choice.reason)
    return pl.DataFrame([row], schema=SCHEMA, orient="row")
