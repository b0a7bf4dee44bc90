"""Weights of the components: how much each predicts staying. They are non-negative, fitted on customers whose next year is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import optimize, special

from semantic.value.appreciation import COMPONENTS, face_forward

FEWEST_OUTCOMES = 50  # fewest customers who stayed, and who left, to fit weights
PRIOR_SPREAD = 0.5  # prior standard deviation of the components' slopes, in log-odds from percentile 50 to 100
NOTHING_WENT_ALONG = "no component went with staying"
EQUAL = {name: 1 / len(COMPONENTS) for name in COMPONENTS}


@dataclass(frozen=True)
class Logistic:
    """The log-odds of staying: `constant` plus `slopes` times each column, of percentiles centred at 50, in fifties."""

    constant: float
    slopes: tuple[float, ...]

    def predict(self, percentiles: np.ndarray) -> np.ndarray:
        """Log-odds per row; an unknown percentile counts as 50."""
        return self.constant + centre(percentiles) @ np.array(self.slopes)


def centre(percentiles: np.ndarray) -> np.ndarray:
    """Percentiles scaled to -1 to 1; an unknown one becomes 0."""
    return np.nan_to_num((np.asarray(percentiles, dtype=float) - 50) / 50)


def fit_logistic(percentiles: np.ndarray, outcomes: np.ndarray, *, is_bounded: bool = False) -> Logistic:
    """Fit the log-odds. `is_bounded`: slopes are at least 0 and shrunk towards their mean (normal prior with PRIOR_SPREAD)."""
    columns, stayed = centre(percentiles), np.asarray(outcomes, dtype=float)
    strength = 1 / PRIOR_SPREAD**2 if is_bounded else 1e-6
    share = np.clip(stayed.mean(), 1e-6, 1 - 1e-6)

    def slope(place: np.ndarray) -> tuple[float, np.ndarray]:
        odds = place[0] + columns @ place[1:]
        away = place[1:] - (place[1:].mean() if is_bounded else 0.0)
        value = np.logaddexp(0.0, odds).sum() - stayed @ odds + strength / 2 * away @ away
        left = special.expit(odds) - stayed
        return float(value) / len(stayed), np.concatenate([[left.sum()], columns.T @ left + strength * away]) / len(stayed)

    lowest = 0.0 if is_bounded else None
    bounds = [(None, None), *[(lowest, None)] * columns.shape[1]]
    start = np.concatenate([[np.log(share / (1 - share))], np.full(columns.shape[1], 0.1)])
    options = {"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9}
    found = optimize.minimize(slope, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return Logistic(float(found.x[0]), tuple(float(value) for value in found.x[1:]))


def fit_weights(components: pl.DataFrame, outcomes: np.ndarray) -> tuple[Mapping[str, float], str | None]:
    """Weights with sum 1; when they could not be fitted, equal weights and the reason."""
    stayed = np.asarray(outcomes, dtype=bool)
    fewest = int(min(stayed.sum(), len(stayed) - stayed.sum()))
    if fewest < FEWEST_OUTCOMES:
        counts = f"{int(stayed.sum())} of {len(stayed)} customers stayed"
        return EQUAL, f"{counts} at the cut-off; {FEWEST_OUTCOMES} who stayed and as many who left are needed to learn weights from"
    slopes = np.array(fit_logistic(face_forward(components).to_numpy(), stayed, is_bounded=True).slopes)
    if slopes.sum() <= 1e-9:
        return EQUAL, NOTHING_WENT_ALONG
    return {name: float(share) for name, share in zip(COMPONENTS, slopes / slopes.sum(), strict=True)}, None
