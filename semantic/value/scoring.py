"""Every customer of every month-end under one version of the model: both values, segment, quintiles and flags."""

from __future__ import annotations

from datetime import date

import polars as pl

from semantic.value.appreciation import COMPONENTS, weigh_components
from semantic.value.buying import flag_buying
from semantic.value.measures import measure_customers, order_months
from semantic.value.value_model import Boundaries, ValueModel

SEED = 20050501
COLUMNS = (
    "month_end", "customer_id", "model_version", "expected_purchases", "probability_alive", "expected_value", "expected_service_cost",
    "financial_value", "financial_value_low", "financial_value_high", *COMPONENTS, "appreciation_value", "coverage", "segment",
    "recency_quintile", "frequency_quintile", "monetary_quintile", "rfm", "revenue_quintile", "is_misjudged", "is_contractual",
    "is_credit_driven",
)  # fmt: skip
# high financial value, high appreciation value
SEGMENTS = {(True, True): "champions", (False, True): "quiet_fans", (True, False): "opportunists", (False, False): "passers_by"}
UNKNOWN = "unknown"
BEST = 5  # of the quintiles
KNOWN_WELL = 0.5  # of the weights


def score_customers(months: pl.DataFrame, model: ValueModel, *, newest: date | None = None) -> pl.DataFrame:
    """COLUMNS, one row per row of `months`, by month-end and customer.

    The month-end `newest` also has 80 % intervals and quintiles; they are null elsewhere. Quintiles are among all customers of the
    month-end, and intervals are drawn in their order, so `months` must hold all of these. Other rows do not influence one another.
    """
    ordered = order_months(months)
    drawn = (pl.col("month_end") == pl.lit(newest, dtype=pl.Date)).fill_null(value=False)
    parts = [measure_customers(ordered.filter(~drawn), model.measures)]
    if newest is not None:
        parts.append(measure_customers(ordered.filter(drawn), model.measures, interval_seed=SEED))
    measured = pl.concat(parts).sort("month_end", "customer_id")
    weighed = pl.concat([measured, weigh_components(measured, model.weights.shares)], how="horizontal")
    flagged = flag_buying(weighed)
    ranked = pl.concat([rank_quintiles(flagged.filter(drawn)), flagged.filter(~drawn)], how="diagonal").with_columns(
        name_segment(model.boundaries), pl.lit(model.version, dtype=pl.Int64).alias("model_version")
    )
    return ranked.with_columns(flag_misjudged()).select(COLUMNS).sort("month_end", "customer_id")


def name_segment(boundaries: Boundaries) -> pl.Expr:
    """The segment from the two values; a value at the boundary is high. Unknown when a value or a boundary is unknown."""
    financial = pl.col("financial_value") >= pl.lit(boundaries.financial, dtype=pl.Float64)
    appreciation = pl.col("appreciation_value") >= pl.lit(boundaries.appreciation, dtype=pl.Float64)
    cell = pl.lit(UNKNOWN)
    for (is_worth_much, is_dear), name in SEGMENTS.items():
        cell = pl.when((financial == is_worth_much) & (appreciation == is_dear)).then(pl.lit(name)).otherwise(cell)
    return cell.alias("segment")


def rank_quintiles(months: pl.DataFrame) -> pl.DataFrame:
    """Recency, frequency and revenue of 24 months in quintiles (5 is best) of their month-end, and the three as `rfm`.

    `revenue_quintile` is by the revenue of twelve months, among those who bought in them; null for the others.
    """
    of_the_year = pl.when(pl.col("bought_last_12_months")).then(pl.col("revenue_12_months"))
    ranked = months.with_columns(
        place_quintile(-(pl.col("month_end") - pl.col("last_purchase_date")).dt.total_days()).alias("recency_quintile"),
        place_quintile(pl.col("purchases_24_months")).alias("frequency_quintile"),
        place_quintile(pl.col("revenue_24_months")).alias("monetary_quintile"),
        place_quintile(of_the_year).alias("revenue_quintile"),
    )
    digits = pl.concat_str("recency_quintile", "frequency_quintile", "monetary_quintile")
    return ranked.with_columns(digits.alias("rfm"))


def flag_misjudged() -> pl.Expr:
    """In the lowest quintile of the year's revenue and in the highest of known appreciation; null without quintiles.

    The known components must have at least KNOWN_WELL of the weights: one good answer of a new customer is not enough.
    """
    is_best = place_quintile(pl.col("appreciation_value")) == BEST
    found = (pl.col("revenue_quintile") == 1).fill_null(value=False) & is_best.fill_null(value=False) & (pl.col("coverage") >= KNOWN_WELL)
    return pl.when(pl.col("recency_quintile").is_not_null()).then(found).alias("is_misjudged")


def list_misjudged(scored: pl.DataFrame) -> pl.DataFrame:
    """The misjudged customers among those of one month-end, the highest appreciation value first."""
    columns = ("customer_id", "segment", "financial_value", "appreciation_value", "coverage", "rfm")
    return scored.filter("is_misjudged").sort("appreciation_value", "customer_id", descending=[True, False]).select(columns)


def place_quintile(column: pl.Expr) -> pl.Expr:
    """1 to 5 by the share of customers of the month-end with a lower value. Equal values share a quintile; the lowest is never empty."""
    return (1 + BEST * (column.rank("min").over("month_end") - 1) // column.count().over("month_end")).cast(pl.Int64)
