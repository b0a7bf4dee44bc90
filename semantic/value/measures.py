"""Measures of one cut-off: models of buying or the rules that replace them, the mean cost of service, and the norms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from polars import selectors

from semantic.value.appreciation import Norms, measure_components, read_column, set_norms
from semantic.value.calibration import Holdout, check_holdout
from semantic.value.futures import bound_futures
from semantic.value.likelihood import Fit
from semantic.value.valuation import (
    Pool,
    fit_repeat_buyers,
    fit_spenders,
    measure_pool,
    score_purchases,
    score_values,
    subtract_service_costs,
)

HORIZON_WEEKS = 52.18  # twelve months
FALLBACK_SERVICE = 5.0  # number of own purchases that weigh as much as the mean cost of all


@dataclass(frozen=True)
class Buying:
    """Fits of both models. `reasons` names by model why one must not be used; the pooled figures then replace it."""

    purchases: Fit | None
    values: Fit | None
    pool: Pool
    reasons: Mapping[str, str]

    @property
    def purchase_model(self) -> Fit | None:
        """The model of purchases; None when it is not used."""
        return None if "bg_nbd" in self.reasons else self.purchases

    @property
    def value_model(self) -> Fit | None:
        """The model of values; None when it is not used."""
        return None if "gamma_gamma" in self.reasons else self.values


@dataclass(frozen=True)
class Measures:
    """Everything fitted at one month-end except weights and boundaries. `service_cost`: mean per purchase; None when unknown."""

    month_end: date
    buying: Buying
    service_cost: float | None
    norms: Norms


def shift_months(day: date, months: int) -> date:
    """The last day of the month `months` months later (or earlier, when negative)."""
    place = day.year * 12 + day.month + months
    return date.fromordinal(date(place // 12, place % 12 + 1, 1).toordinal() - 1)


def order_months(months: pl.DataFrame) -> pl.DataFrame:
    """The table in a fixed order, so that figures do not depend on the order of the input, with decimals as floats."""
    return months.sort("month_end", "customer_id").with_columns(selectors.decimal().cast(pl.Float64))


def list_buyers(months: pl.DataFrame, month_end: date) -> pl.DataFrame:
    """Every customer up to a month-end as of that day, also those without a row of that month because they were inactive for long.

    Without inactive customers, the models would be fitted to survivors. The purchases of inactive customers are final; only age changes.
    """
    age = (pl.lit(month_end) - pl.col("first_purchase_date")).dt.total_days() / 7
    known = months.filter(pl.col("month_end") <= month_end).sort("month_end", "customer_id")
    return known.unique("customer_id", keep="last", maintain_order=True).with_columns(age.alias("age"))


def fit_buying(buyers: pl.DataFrame) -> Buying:
    """Fit both models to one row per customer."""
    reasons: dict[str, str] = {}
    purchases = fit_repeat_buyers(buyers, reasons)
    return Buying(purchases, fit_spenders(buyers, reasons), measure_pool(buyers), reasons)


def check_purchases(months: pl.DataFrame, buying: Buying, month_end: date) -> Holdout:
    """Purchases in the twelve months after `month_end`, as expected by a fit of that day and as made."""
    later = months.filter(pl.col("month_end") == shift_months(month_end, 12)).select(
        "customer_id", pl.col("purchases_count").alias("later")
    )
    now = (
        months.filter(pl.col("month_end") == month_end).sort("customer_id").join(later, on="customer_id", how="left", maintain_order="left")
    )
    # customers without a row a year later did not buy in between; a purchase cancelled later must not make a count negative
    made = (pl.col("later").fill_null(0) - pl.col("purchases_count")).clip(lower_bound=0).cast(pl.Float64)
    expected = score_purchases(now, buying.purchase_model, HORIZON_WEEKS, buying.pool)["expected_purchases"].fill_null(0.0)
    return check_holdout(now["frequency"].to_list(), expected.to_list(), now.select(made).to_series().to_list(), HORIZON_WEEKS)


def distrust(buying: Buying, holdout: Holdout | None) -> Buying:
    """The same measures without the model of purchases when the check finds that it does not fit."""
    if holdout is None or holdout.reason is None or "bg_nbd" in buying.reasons:
        return buying
    return replace(buying, reasons={**buying.reasons, "bg_nbd": holdout.reason})


def take_measures(months: pl.DataFrame, month_end: date, buying: Buying) -> Measures:
    """Mean cost of service and norms of the customers of a month-end."""
    now = months.filter(pl.col("month_end") == month_end).sort("customer_id")
    known = now.filter(pl.col("service_cost_total").is_not_null())
    bought = float(known["purchases_count"].sum())
    cost = float(known["service_cost_total"].sum()) / bought if bought > 0 else None
    return Measures(month_end, buying, cost, set_norms(now, score_alive(now, buying)))


def score_alive(months: pl.DataFrame, buying: Buying) -> np.ndarray:
    """The probability of being alive (0 to 1); nan without a model."""
    return read_column(score_purchases(months, buying.purchase_model, HORIZON_WEEKS, buying.pool), "probability_alive")


def measure_customers(months: pl.DataFrame, measures: Measures, *, interval_seed: int | None = None) -> pl.DataFrame:
    """Add expected purchases, value and cost of service, `financial_value` and the components. Rows do not influence one another.

    With `interval_seed` also `financial_value_low` and `_high` (80 %), drawn in the order of the rows; null without both models.
    """
    buying = measures.buying
    purchases, values = buying.purchase_model, buying.value_model
    scored = score_purchases(months, purchases, HORIZON_WEEKS, buying.pool)
    scored = score_values(scored, values, buying.pool).with_columns(expect_service(measures.service_cost))
    components = measure_components(scored, read_column(scored, "probability_alive"), measures.norms)
    bounds = pl.select(pl.repeat(None, scored.height, dtype=pl.Float64).alias(name) for name in ("value_low", "value_high"))
    if interval_seed is not None and purchases is not None and values is not None and scored.height:
        bounds = bound_futures(scored, purchases, values, HORIZON_WEEKS, seed=interval_seed).select("value_low", "value_high")
    whole = pl.concat([scored, bounds, components], how="horizontal")
    if measures.service_cost is not None:
        return subtract_service_costs(whole)
    # without any known cost of service, values are before that cost, and a note of the model says so
    net = subtract_service_costs(whole.with_columns(expected_service_cost=0.0))
    return net.with_columns(pl.lit(None, dtype=pl.Float64).alias("expected_service_cost"))


def expect_service(mean: float | None) -> pl.Expr:
    """Cost of service in the horizon: the customer's own cost per purchase, shrunk towards the mean of all. Unknown without known costs."""
    if mean is None:
        return pl.lit(None, dtype=pl.Float64).alias("expected_service_cost")
    own = pl.col("service_cost_total").cast(pl.Float64).fill_null(0.0) + FALLBACK_SERVICE * mean
    counted = pl.when(pl.col("service_cost_total").is_null()).then(0).otherwise(pl.col("purchases_count")) + FALLBACK_SERVICE
    return (own / counted * pl.col("expected_purchases")).alias("expected_service_cost")
