"""What customers spend per purchase: the Gamma-Gamma model (Fader and Hardie 2013, The gamma-gamma model of monetary value).

A customer's purchases are gamma distributed around the customer's own mean (shape p); the means have an inverse gamma distribution over
customers (q, v). The model assumes that value and frequency are independent: their `correlation` is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from semantic.value.likelihood import Fit, Slope, climb, conclude

NAMES = ("p", "q", "v")
STARTS = ((1.0, 2.0, 1.0), (6.0, 4.0, 0.5), (2.0, 10.0, 5.0), (20.0, 1.5, 0.1))  # v in mean values
ROUGH_ROWS = 10_000


def keep_spenders(customers: pl.DataFrame) -> pl.DataFrame:
    """Distinct `frequency` and `mean_value` of repeat buyers who spent something, with `weight` customers."""
    weight = pl.col("weight").sum() if "weight" in customers.columns else pl.len().alias("weight")
    spenders = customers.filter((pl.col("frequency") > 0) & (pl.col("mean_value") > 0))
    return spenders.group_by("frequency", "mean_value").agg(weight.cast(pl.Float64)).sort("frequency", "mean_value")


@dataclass(frozen=True)
class Spending:
    """Weighted rows as arrays. Costly functions of the frequency are calculated once per distinct frequency (`distinct`, at `places`)."""

    distinct: np.ndarray
    places: np.ndarray
    spent: np.ndarray
    log_spent: np.ndarray
    log_mean: np.ndarray
    weight: np.ndarray


def prepare(rows: pl.DataFrame) -> Spending:
    """Rows of `keep_spenders` for `log_likelihood`."""
    x, mean, weight = (rows[name].to_numpy().astype(float) for name in ("frequency", "mean_value", "weight"))
    distinct, places = np.unique(x, return_inverse=True)
    return Spending(distinct, places, x * mean, np.log(x * mean), np.log(mean), weight)


def log_likelihood(logs: np.ndarray, rows: Spending) -> tuple[float, np.ndarray]:
    """Sum of the log-likelihood over weighted rows, and its gradient, at logarithms of (p, q, v); equation 1a of the note."""
    p, q, v = np.exp(logs)
    x, places, weight = rows.distinct, rows.places, rows.weight
    shape = (p * x)[places]
    log_all = np.log(v + rows.spent)
    value = shape * rows.log_spent - rows.log_mean + q * logs[2] - (shape + q) * log_all - special.betaln(p * x, q)[places]
    customers = np.bincount(places, weights=weight, minlength=len(x))
    both = special.digamma(p * x + q)
    gradient = (
        customers @ (x * (both - special.digamma(p * x))) + (weight * x[places]) @ (rows.log_spent - log_all),
        customers @ (both - special.digamma(q) + logs[2]) - weight @ log_all,
        customers.sum() * q / v - weight @ ((shape + q) / (v + rows.spent)),
    )
    return float(weight @ value), np.array(gradient) * np.array([p, q, v])


def fit_values(customers: pl.DataFrame) -> Fit:
    """Maximum likelihood estimates of p, q and v (in the table's unit of money), from repeat buyers who spent something."""
    rows = keep_spenders(customers)
    if rows.height < 2:
        raise ValueError("fewer than two distinct repeat buyers with a value: nothing can be fitted")
    total, scale = float(rows["weight"].sum()), float(np.average(rows["mean_value"], weights=rows["weight"]))
    scaled = rows.with_columns(pl.col("mean_value") / scale)
    rough = scaled.gather_every(-(-rows.height // ROUGH_ROWS)) if rows.height > ROUGH_ROWS else None
    summit = climb(mean_slope(scaled), STARTS, None if rough is None else mean_slope(rough))
    value = log_likelihood(summit.logs, prepare(scaled))[0] - total * np.log(scale)
    return conclude(
        summit, NAMES, (1.0, 1.0, scale), log_likelihood=float(value), customers=round(total), rows=rows.height, starts=len(STARTS)
    )


def mean_slope(rows: pl.DataFrame) -> Slope:
    """The negative mean log-likelihood with its gradient, as a function to minimise."""
    spending = prepare(rows)
    total = float(spending.weight.sum())

    def slope(logs: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = log_likelihood(logs, spending)
        return -value / total, -gradient / total

    return slope


def expected_value(fit: Fit, frequency: np.ndarray, mean_value: np.ndarray) -> np.ndarray:
    """Mean value per future purchase: the customer's own mean, shrunk towards that of all (equation 5). NaN for q <= 1: no mean exists."""
    p, q, v = fit["p"], fit["q"], fit["v"]
    x = np.asarray(frequency, dtype=float)
    spent = np.where(x > 0, x * np.nan_to_num(np.asarray(mean_value, dtype=float)), 0.0)
    below = p * x + q - 1
    return np.where(below > 0, p * (v + spent) / np.where(below > 0, below, 1.0), np.nan)


def correlate(customers: pl.DataFrame) -> float | None:
    """Pearson's correlation of frequency and mean value over repeat buyers; None when one of them is constant."""
    rows = keep_spenders(customers)
    x, mean, weight = (rows[name].to_numpy().astype(float) for name in ("frequency", "mean_value", "weight"))
    if len(x) < 3:
        return None
    spread = np.cov(x, mean, aweights=weight, bias=True)
    return float(spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1])) if spread[0, 0] > 0 and spread[1, 1] > 0 else None
