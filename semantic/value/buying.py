"""Buying that the models do not describe: too regular (decided by a contract), or on credit (decided by the next instalment)."""

from __future__ import annotations

import polars as pl

FEWEST_GAPS = 5  # fewest gaps between purchases to judge regularity
REGULAR_SPREAD = 0.25  # the standard deviation of gaps over their mean; random purchases have about 1
CREDIT_SHARE = 0.8  # share of a customer's orders
FEWEST_ORDERS = 3  # fewest orders to judge the share on credit


def flag_buying(customers: pl.DataFrame) -> pl.DataFrame:
    """Add `is_contractual` and `is_credit_driven`; null when there are too few data.

    Reads per customer `gaps_count`, `gap_mean` and `gap_deviation` (times between purchases, one unit), `orders_count` and
    `credit_orders_count` (null when not known).
    """
    spread = pl.col("gap_deviation") / pl.col("gap_mean")
    is_judged = (pl.col("gaps_count") >= FEWEST_GAPS) & (pl.col("gap_mean") > 0)
    share = pl.col("credit_orders_count") / pl.col("orders_count")
    return customers.with_columns(
        pl.when(is_judged).then(spread < REGULAR_SPREAD).alias("is_contractual"),
        pl.when(pl.col("orders_count") >= FEWEST_ORDERS).then(share >= CREDIT_SHARE).alias("is_credit_driven"),
    )
