"""Simulated futures of customers, drawn from the fitted models. Their intervals include chance and what is unknown about a customer, but
not the uncertainty of the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from semantic.value.bg_nbd import probability_alive
from semantic.value.likelihood import Fit

DRAWS = 400
AT_ONCE = 2_000_000  # largest count of numbers in memory at a time
BOUNDS = (0.1, 0.9)


def draw_purchases(
    fit: Fit, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray, horizon: float, dice: np.random.Generator
) -> np.ndarray:
    """One simulated future per row: purchases within `horizon`. Draws whether the customer is alive, a rate and a chance of leaving."""
    alive = dice.random(len(frequency)) < probability_alive(fit, frequency, recency, age)
    rate = dice.gamma(fit["r"] + frequency) / (fit["alpha"] + age)
    leaving = np.clip(dice.beta(fit["a"], fit["b"] + frequency), 1e-12, 1.0)
    wished = dice.poisson(rate * horizon)
    return np.where(alive, np.minimum(wished, dice.geometric(leaving)), 0)


def draw_values(fit: Fit, frequency: np.ndarray, mean_value: np.ndarray, purchases: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """The total value of these numbers of purchases, per row."""
    spent = np.where(frequency > 0, frequency * np.nan_to_num(mean_value), 0.0)
    scale = dice.gamma(fit["q"] + fit["p"] * np.where(spent > 0, frequency, 0.0)) / (fit["v"] + spent)
    return np.where(purchases > 0, dice.gamma(np.maximum(fit["p"] * purchases, 1e-300)) / scale, 0.0)


def bound_futures(
    customers: pl.DataFrame, purchases: Fit, values: Fit | None, horizon: float, *, seed: int, draws: int = DRAWS
) -> pl.DataFrame:
    """80 % intervals per customer, in the order given: `purchases_low` and `_high`; with a value model also `value_low` and `_high`."""
    dice, parts = np.random.default_rng(seed), []
    for part in customers.iter_slices(max(1, AT_ONCE // draws)):
        x, recency, age = (np.repeat(part[name].to_numpy().astype(float), draws) for name in ("frequency", "recency", "age"))
        counts = draw_purchases(purchases, x, recency, age, horizon, dice)
        found = {"purchases": counts}
        if values is not None:
            found["value"] = draw_values(values, x, np.repeat(part["mean_value"].to_numpy().astype(float), draws), counts, dice)
        columns: dict[str, Any] = {}
        for name, drawn in found.items():
            low, high = np.quantile(drawn.reshape(-1, draws), BOUNDS, axis=1, method="inverted_cdf")
            columns |= {f"{name}_low": low.astype(float), f"{name}_high": high.astype(float)}
        parts.append(pl.DataFrame(columns))
    return pl.concat(parts)
