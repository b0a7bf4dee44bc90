"""Expected purchases and value of every customer: by the models where they fit, otherwise by a simple rule, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from semantic.value.bg_nbd import expected_purchases, fit_purchases, probability_alive
from semantic.value.calibration import Holdout, check_holdout, compare_frequencies
from semantic.value.futures import bound_futures
from semantic.value.gamma_gamma import correlate, expected_value, fit_values
from semantic.value.inspection import note_one_time_buyers, note_time_unit, set_aside_values
from semantic.value.likelihood import Fit

FEWEST_REPEAT_BUYERS = 50
FALLBACK_PURCHASES = 5  # number of own purchases that weigh as much as the mean of all
LARGEST_CORRELATION = 0.3  # largest correlation of frequency and mean value; above it the two models are not independent
MODELS = ("bg_nbd", "gamma_gamma")
DISCOUNT_STEPS = 24


@dataclass(frozen=True)
class Pool:
    """All customers together, for the simple rules: purchases per unit of time, mean age, and mean value; None where unknown."""

    rate: float | None
    age: float | None
    value: float | None


@dataclass(frozen=True)
class Valuation:
    """Models, their checks, and one row per customer.

    `purchase_method` and `value_method` name the source of the figures: a model of MODELS, or `pooled_rate` and `pooled_mean`; `reasons`
    then says why, by name of the model. `value_method` is None when the table has no values.
    """

    horizon: float
    purchases: Fit | None
    values: Fit | None
    purchase_method: str
    value_method: str | None
    reasons: Mapping[str, str]
    notes: tuple[str, ...]
    correlation: float | None
    frequencies: pl.DataFrame | None
    holdout: Holdout | None
    customers: pl.DataFrame


def value_customers(
    customers: pl.DataFrame, *, horizon: float, holdout_length: float | None = None, interval_seed: int | None = None,
    discount_rate: float = 0.0,
) -> Valuation:  # fmt: skip
    """Fit and score a table with `frequency`, `recency`, `age` and optionally `mean_value`, one row per customer; other columns are kept.

    With `holdout_length`, the column `holdout` must hold the purchases of the period of that length after `age`. With `interval_seed`,
    80 % intervals are drawn, except when a simple rule replaces a model. `discount_rate` is per unit of time, 0.0018 a week is about 10 % a
    year: values (not purchases) are those of today. A `mean_value` far above all others is not used; a note names it.
    """
    reasons: dict[str, str] = {}
    given, notes = customers, list(note_time_unit(customers, horizon))
    if "mean_value" in customers.columns:
        customers, said = set_aside_values(customers)
        notes += said
    fit = fit_repeat_buyers(customers, reasons)
    holdout = None if holdout_length is None else try_holdout(customers, fit, holdout_length)
    if holdout is not None and holdout.reason and "bg_nbd" not in reasons:
        reasons["bg_nbd"] = holdout.reason
    scored = score_purchases(customers, None if "bg_nbd" in reasons else fit, horizon)
    values, correlation, has_values = None, None, "mean_value" in customers.columns
    if has_values:
        values, correlation = fit_spenders(customers, reasons), correlate(customers)
        scored = score_values(scored, None if "gamma_gamma" in reasons else values)
    if interval_seed is not None and "bg_nbd" not in reasons and fit is not None and customers.height:
        drawn = bound_futures(customers, fit, None if "gamma_gamma" in reasons else values, horizon, seed=interval_seed)
        scored = pl.concat([scored, drawn], how="horizontal")
    if discount_rate and has_values:
        scored = discount_values(scored, None if "bg_nbd" in reasons else fit, horizon, discount_rate)
    if "bg_nbd" not in reasons:
        notes += note_one_time_buyers(scored)
    if has_values:
        scored = scored.with_columns(given["mean_value"])
    if correlation is not None and abs(correlation) > LARGEST_CORRELATION:
        notes.append(f"frequency and mean value are correlated ({correlation:.2f}); the value model assumes they are not")
    return Valuation(
        horizon=horizon, purchases=fit, values=values, purchase_method="pooled_rate" if "bg_nbd" in reasons else "bg_nbd",
        value_method=None if not has_values else "pooled_mean" if "gamma_gamma" in reasons else "gamma_gamma",
        reasons=reasons, notes=tuple(notes), correlation=correlation,
        frequencies=None if fit is None else compare_frequencies(fit, customers), holdout=holdout, customers=scored,
    )  # fmt: skip


def fit_repeat_buyers(customers: pl.DataFrame, reasons: dict[str, str]) -> Fit | None:
    """Fit the model of purchases. `reasons` gets an entry when it must not be used; with too few repeat buyers there is no fit."""
    repeat_buyers = customers.filter(pl.col("frequency") > 0).height
    if repeat_buyers < FEWEST_REPEAT_BUYERS:
        reasons["bg_nbd"] = f"customers who bought again: {repeat_buyers}; fewer than {FEWEST_REPEAT_BUYERS} are too few to fit a model"
        return None
    fit = fit_purchases(customers)
    if fit.reason:
        reasons["bg_nbd"] = fit.reason
    return fit


def fit_spenders(customers: pl.DataFrame, reasons: dict[str, str]) -> Fit | None:
    """Fit the model of values in the same way. It also needs q above 1, because otherwise no mean exists."""
    spenders = customers.filter((pl.col("frequency") > 0) & (pl.col("mean_value") > 0))
    if spenders.height < FEWEST_REPEAT_BUYERS or spenders["mean_value"].n_unique() < 2:
        reasons["gamma_gamma"] = (
            f"customers who bought again and spent something: {spenders.height}, or all spent the same; at least {FEWEST_REPEAT_BUYERS} "
            "who differ are needed to fit a model"
        )
        return None
    fit = fit_values(spenders)
    if fit.reason:
        reasons["gamma_gamma"] = fit.reason
    elif fit["q"] <= 1:
        reasons["gamma_gamma"] = f"q is {fit['q']:.3f}; at 1 or less the mean value of all customers does not exist"
    return fit


def try_holdout(customers: pl.DataFrame, fit: Fit | None, length: float) -> Holdout:
    """The holdout check of the model if it is used, otherwise of the simple rule."""
    expected = score_purchases(customers, fit, length)["expected_purchases"].fill_null(0.0).to_list()
    return check_holdout(customers["frequency"].to_list(), expected, customers["holdout"].to_list(), length)


def measure_pool(customers: pl.DataFrame) -> Pool:
    """The figures of all customers that the simple rules need."""
    x, age = (customers[name].to_numpy().astype(float) for name in ("frequency", "age"))
    total, value = float(age.sum()), None
    if "mean_value" in customers.columns:
        x_spent, own = keep_spent(customers)
        value = float((x_spent * own).sum() / x_spent.sum()) if x_spent.sum() > 0 else None
    return Pool(float(x.sum()) / total, total / len(age), value) if total > 0 else Pool(None, None, value)


def keep_spent(customers: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Repeat purchases and their mean value; 0 and 0 where nothing was spent."""
    own = np.nan_to_num(customers["mean_value"].to_numpy().astype(float))
    return np.where(own > 0, customers["frequency"].to_numpy().astype(float), 0.0), own


def score_purchases(customers: pl.DataFrame, fit: Fit | None, horizon: float, pool: Pool | None = None) -> pl.DataFrame:
    """Add `expected_purchases` and `probability_alive`. Without a fit: the customer's rate, shrunk towards the pool's; nobody leaves.

    The pool is these customers, unless another is given.
    """
    x, recency, age = (customers[name].to_numpy().astype(float) for name in ("frequency", "recency", "age"))
    if fit is not None:
        return customers.with_columns(
            pl.Series("expected_purchases", expected_purchases(fit, x, recency, age, horizon)),
            pl.Series("probability_alive", probability_alive(fit, x, recency, age)),
        )
    unknown = pl.lit(None, dtype=pl.Float64)
    pool = pool or measure_pool(customers)
    if pool.rate is None or pool.age is None:
        return customers.with_columns(unknown.alias("expected_purchases"), unknown.alias("probability_alive"))
    expected = horizon * (x + pool.rate * pool.age) / (age + pool.age)
    return customers.with_columns(pl.Series("expected_purchases", expected), unknown.alias("probability_alive"))


def score_values(customers: pl.DataFrame, fit: Fit | None, pool: Pool | None = None) -> pl.DataFrame:
    """Add `expected_average_value` per purchase and `expected_value` in the horizon. Without a fit: own mean, shrunk towards the pool's."""
    x, own = keep_spent(customers)
    mean = (pool or measure_pool(customers)).value
    if fit is not None:
        average = expected_value(fit, x, own)
    elif mean is not None:
        average = (x * own + FALLBACK_PURCHASES * mean) / (x + FALLBACK_PURCHASES)
    else:
        average = np.full(len(x), np.nan)
    return customers.with_columns(pl.Series("expected_average_value", average, nan_to_null=True)).with_columns(
        (pl.col("expected_purchases") * pl.col("expected_average_value")).alias("expected_value")
    )


def discount_values(scored: pl.DataFrame, fit: Fit | None, horizon: float, rate: float) -> pl.DataFrame:
    """Multiply the expected value and its interval by the mean discount of the purchases expected in the horizon, per customer.

    The horizon is cut into DISCOUNT_STEPS parts; purchases of a part count as made in its middle: (1 + rate) ** -time.
    """
    ends = horizon * np.arange(1, DISCOUNT_STEPS + 1) / DISCOUNT_STEPS
    columns = scored.select("frequency", "recency", "age")
    paths = np.array([score_purchases(columns, fit, float(end))["expected_purchases"].to_numpy().astype(float) for end in ends])
    parts = np.diff(paths, axis=0, prepend=0.0)
    weights = (1 + rate) ** -(ends - horizon / DISCOUNT_STEPS / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(paths[-1] > 0, weights @ parts / paths[-1], 1.0)
    names = [name for name in ("expected_value", "value_low", "value_high") if name in scored.columns]
    return scored.with_columns((pl.col(name) * pl.Series(factor)).alias(name) for name in names)


def subtract_service_costs(customers: pl.DataFrame) -> pl.DataFrame:
    """Add `financial_value`: the expected value minus `expected_service_cost`, both over the horizon; null where one is unknown.

    With an interval of the value also `financial_value_low` and `_high`; the costs are taken as known.
    """
    sides = {"expected_value": "", "value_low": "_low", "value_high": "_high"}
    return customers.with_columns(
        (pl.col(name) - pl.col("expected_service_cost")).alias(f"financial_value{side}")
        for name, side in sides.items()
        if name in customers.columns
    )
