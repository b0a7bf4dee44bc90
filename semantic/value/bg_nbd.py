"""How often customers buy: the BG/NBD model (Fader, Hardie and Lee 2005, "Counting your customers" the easy way, Marketing Science 24).

While a customer buys, purchases are Poisson with a rate that is gamma distributed over customers (r, alpha); after each purchase the
customer leaves for good with a probability that is beta distributed (a, b). `frequency` counts purchases after the first, `recency` is the
time from the first to the last, `age` (T) the time from the first to now, all in one unit of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from semantic.value.likelihood import Fit, Slope, climb, conclude

NAMES = ("r", "alpha", "a", "b")
STARTS = ((1.0, 1.0, 1.0, 1.0), (0.25, 0.2, 0.8, 2.5), (2.0, 1.0, 0.3, 5.0), (0.5, 0.05, 2.0, 10.0))  # alpha in mean ages
ROUGH_ROWS = 10_000  # number of rows, about, on which starting points are tried
GAP = 2e-5  # smallest distance of parameters from a point where the closed form is not defined


def count_rows(customers: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct `frequency`, `recency`, `age`, with `weight` customers. An existing column `weight` is summed."""
    weight = pl.col("weight").sum() if "weight" in customers.columns else pl.len().alias("weight")
    return customers.group_by("frequency", "recency", "age").agg(weight.cast(pl.Float64)).sort("frequency", "recency", "age")


@dataclass(frozen=True)
class Counts:
    """Weighted rows as arrays. Costly functions of the frequency are calculated once per distinct frequency (`distinct`, at `places`)."""

    distinct: np.ndarray
    places: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    weight: np.ndarray


def prepare(rows: pl.DataFrame) -> Counts:
    """Rows of `count_rows` for `log_likelihood`."""
    recency, age, weight = (rows[name].to_numpy().astype(float) for name in ("recency", "age", "weight"))
    distinct, places = np.unique(rows["frequency"].to_numpy().astype(float), return_inverse=True)
    return Counts(distinct, places, recency, age, weight)


def log_likelihood(logs: np.ndarray, counts: Counts) -> tuple[float, np.ndarray]:
    """Sum of the log-likelihood over weighted rows, and its gradient, at logarithms of (r, alpha, a, b); equation 6 of the paper."""
    r, alpha, a, b = np.exp(logs)
    x, places, weight = counts.distinct, counts.places, counts.weight
    repeats, after = x > 0, np.where(x > 0, b + x - 1, 1.0)
    power, log_now, log_last = (r + x)[places], np.log(alpha + counts.age), np.log(alpha + counts.recency)
    # the odds that the customer left after the last purchase against being alive
    log_odds = np.where(repeats, np.log(a) - np.log(after), -np.inf)[places] + power * (log_now - log_last)
    left = special.expit(log_odds)
    per_frequency = special.gammaln(r + x) - special.gammaln(r) + special.betaln(a, b + x) - special.betaln(a, b) + r * logs[1]
    value = weight @ (per_frequency[places] - power * log_now + np.logaddexp(0.0, log_odds))
    customers = np.bincount(places, weights=weight, minlength=len(x))
    leaving = np.bincount(places, weights=weight * left, minlength=len(x))
    both = special.digamma(a + b) - special.digamma(a + b + x)
    gradient = (
        customers @ (special.digamma(r + x) - special.digamma(r) + logs[1]) + weight @ (left * (log_now - log_last) - log_now),
        customers.sum() * r / alpha - weight @ (power * ((1 - left) / (alpha + counts.age) + left / (alpha + counts.recency))),
        customers @ both + leaving.sum() / a,
        customers @ (both + special.digamma(b + x) - special.digamma(b)) - (leaving / after) @ repeats,
    )
    return float(value), np.array(gradient) * np.array([r, alpha, a, b])


def fit_purchases(customers: pl.DataFrame) -> Fit:
    """Maximum likelihood estimates of r, alpha (in the table's unit of time), a and b. Rows are customers; `weight` counts equal ones."""
    rows = count_rows(customers)
    total, scale = float(rows["weight"].sum()), float(np.average(rows["age"], weights=rows["weight"])) or 1.0
    scaled = rows.with_columns(pl.col("recency") / scale, pl.col("age") / scale)
    rough = scaled.gather_every(-(-rows.height // ROUGH_ROWS)) if rows.height > ROUGH_ROWS else None
    summit = climb(mean_slope(scaled), STARTS, None if rough is None else mean_slope(rough))
    # a change of the time unit multiplies the density of each purchase
    value = log_likelihood(summit.logs, prepare(scaled))[0] - float((rows["weight"] * rows["frequency"]).sum()) * np.log(scale)
    return conclude(
        summit, NAMES, (1.0, scale, 1.0, 1.0), log_likelihood=float(value), customers=round(total), rows=rows.height, starts=len(STARTS)
    )


def mean_slope(rows: pl.DataFrame) -> Slope:
    """The negative mean log-likelihood with its gradient, as a function to minimise."""
    counts = prepare(rows)
    total = float(counts.weight.sum())

    def slope(logs: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = log_likelihood(logs, counts)
        return -value / total, -gradient / total

    return slope


def probability_alive(fit: Fit, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """The probability that a customer will still buy. It is 1 without a repeat purchase: customers leave only after a purchase."""
    x = np.asarray(frequency, dtype=float)
    repeats = x > 0
    below = np.where(repeats, fit["b"] + x - 1, 1.0)
    log_odds = np.log(fit["a"]) - np.log(below) + (fit["r"] + x) * np.log((fit["alpha"] + age) / (fit["alpha"] + np.asarray(recency)))
    return np.where(repeats, special.expit(-log_odds), 1.0)


def expected_purchases(fit: Fit, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
    """Purchases expected in the next `horizon` units of time; equation 10 of the paper. The costly part is calculated once per (x, T)."""
    x, age = np.asarray(frequency, dtype=float), np.asarray(age, dtype=float)
    pairs, places = np.unique(x + 1j * age, return_inverse=True)
    return purchases_of_the_living(fit, pairs.real, pairs.imag, horizon)[places] * probability_alive(fit, x, recency, age)


def purchases_of_the_living(fit: Fit, frequency: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
    """Purchases expected of a customer known to be alive. With frequency and age 0: of a new customer (equation 9).

    The closed form divides zero by zero at a = 1 and, without repeat purchases, at a + b = 1; when r - a is a whole number, the library's
    2F1 is wrong for long horizons. In these cases the result is the mean of two values of a, slightly below and above.
    """
    r, a, b = fit["r"], fit["a"], fit["b"]
    if min(abs(a - 1), abs(a + b - 1), abs(r - a - round(r - a))) > GAP:
        return closed_form(fit, a, frequency, age, horizon)
    step = min(2.5 * GAP, a / 2)
    return (closed_form(fit, a - step, frequency, age, horizon) + closed_form(fit, a + step, frequency, age, horizon)) / 2


def closed_form(fit: Fit, a: float, frequency: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
    """(a + b + x - 1) / (a - 1) times 1 - (1 - z)^(r + x) 2F1(r + x, b + x; a + b + x - 1; z).

    Euler's transformation makes the second part (1 - z)^(a - 1) 2F1(a + b - 1 - r, a - 1; a + b + x - 1; z), whose numerators do not
    grow with x, so that it neither overflows nor loses digits for frequent buyers.
    """
    r, alpha, b = fit["r"], fit["alpha"], fit["b"]
    lower = a + b + frequency - 1
    z = horizon / (alpha + age + horizon)
    series = special.hyp2f1(a + b - 1 - r, a - 1, lower, z)
    return lower / (a - 1) * (1 - np.exp((a - 1) * np.log1p(-z)) * series)


def count_probabilities(fit: Fit, horizon: np.ndarray, most: int, frequency: float = 0.0, age: float = 0.0) -> np.ndarray:
    """Probabilities of 0, 1, … `most` purchases in `horizon` by a customer alive; one row per horizon (equation 8, given x and T)."""
    horizon = np.atleast_1d(np.asarray(horizon, dtype=float))
    r, alpha, a, b = fit["r"] + frequency, fit["alpha"] + age, fit["a"], fit["b"] + frequency
    z = horizon / (alpha + horizon)
    poisson, before, stays, leaves = np.exp(r * np.log1p(-z)), np.zeros_like(z), 1.0, 0.0
    columns = []
    for n in range(most + 1):
        columns.append(stays * poisson + leaves * (1 - before))
        before = before + poisson
        poisson = poisson * z * (r + n) / (n + 1)
        leaves = stays * a / (a + b + n)
        stays *= (b + n) / (a + b + n)
    return np.stack(columns, axis=1)
