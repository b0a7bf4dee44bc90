"""One row per month-end and customer: both values and the segment, by the current version. Changed customers are scored again."""

import polars as pl

from semantic.value.scoring import score_customers
from semantic.value.versions import SCORE_SCHEMA, read_version


def model(dbt, session):
    """Score the customers and month-ends whose checksum is not that of their score; the newest month-end as a whole."""
    dbt.config(materialized="incremental", incremental_strategy="append")
    text = dbt.ref("int_value_model").select("model_json").fetchall()[0][0]
    months = dbt.ref("int_customer_months__checked").set_alias("now")
    newest = months.max("month_end").fetchall()[0][0]
    if dbt.is_incremental:
        same = "now.month_end = scored.month_end and now.customer_id = scored.customer_id and now.checksum = scored.checksum"
        months = months.filter(f"not exists (select 1 from {dbt.this} as scored where {same})")
    changed = months.pl()
    if text is None or not changed.height:
        return pl.DataFrame(schema={**SCORE_SCHEMA, "checksum": pl.UInt64})
    scored = score_customers(changed.drop("checksum"), read_version(text), newest=newest)
    keys = ["month_end", "customer_id"]
    return scored.join(changed.select(*keys, "checksum"), on=keys, maintain_order="left")
