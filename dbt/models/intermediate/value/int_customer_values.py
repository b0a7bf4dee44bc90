"""One row per month-end and customer: both values and the segment, by the current version. Changed month-ends are scored again."""

import polars as pl

from semantic.value.scoring import score_customers
from semantic.value.versions import SCORE_SCHEMA, list_changed_months, read_version


def model(dbt, session):
    """Score the month-ends whose checksum has changed; the newest month-end gets intervals."""
    dbt.config(materialized="incremental", incremental_strategy="delete+insert", unique_key="month_end")
    text = dbt.ref("int_value_model").select("model_json").fetchall()[0][0]
    checksums = dbt.ref("int_customer_month_checksums").pl()
    months = dbt.ref("int_customer_months")
    scored = session.sql(f"select distinct month_end, checksum from {dbt.this}").pl() if dbt.is_incremental else checksums.clear()
    changed = list_changed_months(checksums, scored)
    if text is None or not changed:
        return pl.DataFrame(schema={**SCORE_SCHEMA, "checksum": pl.Utf8})
    days = ", ".join(f"date '{day}'" for day in changed)
    values = score_customers(months.filter(f"month_end in ({days})").pl(), read_version(text), interval_month=checksums["month_end"].max())
    return values.join(checksums, on="month_end", how="left", maintain_order="left")
