"""Checks of a model of purchases: against the counts it was fitted on, and against purchases of a later period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from semantic.value.bg_nbd import count_probabilities, count_rows
from semantic.value.likelihood import Fit

LAST_CLASS = 7  # customers with this many repeat purchases or more form one class
WORST_ERROR = 0.25  # largest share by which a holdout total may be off, unless chance may explain it


@dataclass(frozen=True)
class Holdout:
    """Expected and observed purchases of a period after the fitted one. `by_frequency`: one row per number of repeat purchases before."""

    length: float
    expected: float
    observed: float
    error: float | None
    by_frequency: pl.DataFrame
    reason: str | None


def compare_frequencies(fit: Fit, customers: pl.DataFrame) -> pl.DataFrame:
    """One row per number of repeat purchases (`frequency`; the last is LAST_CLASS or more): `observed` and `expected` customers."""
    rows = count_rows(customers)
    ages = rows.group_by("age").agg(pl.col("weight").sum()).sort("age")
    chances = count_probabilities(fit, ages["age"].to_numpy().astype(float), LAST_CLASS - 1)
    expected = ages["weight"].to_numpy() @ chances
    total = float(rows["weight"].sum())
    seen = np.minimum(rows["frequency"].to_numpy().astype(int), LAST_CLASS)
    observed = np.bincount(seen, weights=rows["weight"].to_numpy(), minlength=LAST_CLASS + 1)
    return pl.DataFrame(
        {"frequency": list(range(LAST_CLASS + 1)), "observed": observed, "expected": [*expected, total - float(expected.sum())]}
    )


def check_holdout(frequency: Sequence[float], expected: Sequence[float], observed: Sequence[float], length: float) -> Holdout:
    """Compare totals and means by number of earlier repeat purchases. A reason is given when the total is beyond WORST_ERROR.

    A difference within twice the square root of the expected total counts as chance, so that a few purchases cannot reject a model.
    """
    before = np.minimum(np.asarray(frequency, dtype=float), LAST_CLASS).astype(int)
    customers = np.bincount(before)
    # summed row by row, so that the same table gives the same last digit
    sums = {
        name: np.bincount(before, weights=np.asarray(figures, dtype=float))
        for name, figures in (("expected", expected), ("observed", observed))
    }
    found = np.flatnonzero(customers)
    means = {name: values[found] / customers[found] for name, values in sums.items()}
    classes = pl.DataFrame({"frequency": found, "customers": customers[found], **means})
    wanted, seen = float(sums["expected"].sum()), float(sums["observed"].sum())
    distance = abs(wanted - seen)
    error = (wanted - seen) / seen if seen > 0 else None
    reason = None
    if distance > WORST_ERROR * seen and distance > 2 * wanted**0.5:
        reason = f"{wanted:,.0f} purchases were expected in the holdout period and {seen:,.0f} seen: more than {WORST_ERROR:.0%} off"
    return Holdout(length, wanted, seen, error, classes, reason)
