"""Customers for tests of their value: a real sample, and simulated ones with known parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from semantic.value.likelihood import Fit, Parameter

COUNTS = Path(__file__).with_name("cdnow_counts.csv")
PUBLISHED = {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258}


def read_cdnow() -> pl.DataFrame:
    """One row per customer of the sample."""
    counts = pl.read_csv(COUNTS, comment_prefix="#").rename({"T": "age", "monetary_value": "mean_value"})
    customers = counts.select(pl.exclude("customers").repeat_by("customers").explode())
    assert customers.height == 2357
    return customers.with_columns(pl.exclude("holdout").cast(pl.Float64))


def make_fit(**values: float) -> Fit:
    """A model with given parameters."""
    parameters = {name: Parameter(value, None, None, None) for name, value in values.items()}
    return Fit(parameters, log_likelihood=0.0, customers=0, rows=0, converged=True, starts=0)


def simulate(count: int, seed: int, *, r: float, alpha: float, a: float, b: float, age: float = 104.0, unit: float = 0.0) -> pl.DataFrame:
    """Customers simulated by the model: a first purchase at any time within `age`, then waits, and a chance of leaving after each purchase.

    With `unit`, times are rounded up to it, as in a table of days or weeks.
    """
    dice = np.random.default_rng(seed)
    ages = dice.uniform(age / 4, age, count)
    rate, leaving = dice.gamma(r, 1 / alpha, count), dice.beta(a, b, count)
    frequency, recency, now, there = np.zeros(count), np.zeros(count), np.zeros(count), np.ones(count, dtype=bool)
    while there.any():
        now = now + dice.exponential(1.0, count) / rate
        there &= now < ages
        frequency, recency = frequency + there, np.where(there, now, recency)
        there &= dice.random(count) >= leaving
    if unit:
        ages, recency = np.ceil(ages / unit) * unit, np.ceil(recency / unit) * unit
    return pl.DataFrame({"frequency": frequency, "recency": recency, "age": ages})


def simulate_values(customers: pl.DataFrame, seed: int, *, p: float, q: float, v: float) -> pl.DataFrame:
    """Add `mean_value` of the repeat purchases; 0 without any."""
    dice = np.random.default_rng(seed)
    x = customers["frequency"].to_numpy()
    scale = dice.gamma(q, 1 / v, len(x))
    mean = np.where(x > 0, dice.gamma(np.maximum(p * x, 1e-9)) / scale / np.maximum(x, 1), 0.0)
    return customers.with_columns(pl.Series("mean_value", mean))
