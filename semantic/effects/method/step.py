"""The step between two levels, for series on which the averaged forecast cannot work (few periods before, or as many after as before).

The estimate is the mean after minus the mean before, without a common line and monthly levels where these are fitted. Its margin allows
for autocorrelation, averaged over noise models. Arrays hold one series (length n + m).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space
from scipy.special import stdtr

from semantic.effects.method.estimates import GATE_FLOOR, GATE_WORTH, PLACEBOS, score_misses
from semantic.effects.method.forecast import match_freedom
from semantic.effects.method.kernels import SEASONS, Array, build_kernel
from semantic.effects.method.prior import MIXES

MEMORIES = ("ar_a", "ar_b", "ar_c", "ar_d")
FEWEST_BESIDE = 6  # fewest periods on either side of a placebo date


@dataclass(frozen=True)
class Step:
    """The step, its standard error and degrees of freedom, scores at placebo dates, the path without the step; whether it has a line."""

    effect: float
    se: float
    freedom: float
    scores: Array
    expected: Array
    has_line: bool

    @property
    def p(self) -> float:
        """Two-sided p-value from the t distribution."""
        return float(2 * stdtr(self.freedom, -abs(self.effect) / self.se))


def judge_step(
    positions: Array, values: Array, grain: str, *, season: bool = False, beside: Array | None = None, has_line: bool | None = None
) -> Step | None:
    """The step at position 0; None with fewer than three degrees of freedom. `beside` is a control that enters with a fitted slope.

    `has_line`: whether a common line is removed; with None, an information criterion decides.
    """
    if has_line is None:
        has_line = prefers_line(positions, values, grain, season, beside)
    found = measure_step(positions, values, grain, season, has_line, beside)
    if found is None:
        return None
    effect, variance, freedom, expected = found
    past = positions < 0
    scores = []
    for origin in list_origins(positions[past]):
        try_beside = None if beside is None else beside[past]
        earlier = measure_step(positions[past] - origin, values[past], grain, season, has_line, try_beside)
        if earlier is not None:
            scores.append(float(score_misses(np.array([earlier[0]]), np.sqrt([earlier[1]]), np.array([earlier[2]]))[0]))
    placebos = np.array(scores)
    variance *= max(GATE_FLOOR, (GATE_WORTH + (placebos**2).sum()) / (GATE_WORTH + len(placebos)))
    return Step(effect, float(np.sqrt(variance)), freedom, placebos, expected, has_line)


def list_origins(past: Array) -> list[float]:
    """Placebo dates with enough periods on both sides, evenly spread."""
    inner = past[FEWEST_BESIDE : len(past) - FEWEST_BESIDE + 1]
    if len(inner) <= PLACEBOS:
        return list(inner)
    return [float(inner[i]) for i in np.linspace(0, len(inner) - 1, PLACEBOS).astype(int)]


def build_columns(positions: Array, grain: str, season: bool, has_line: bool, beside: Array | None) -> Array:
    """Regressors; the last one is the step, when the date lies within the periods."""
    columns = [np.ones_like(positions)]
    if season and grain in SEASONS:
        columns = [(positions % SEASONS[grain] == part).astype(float) for part in range(SEASONS[grain])]
        columns = [column for column in columns if column.any()]
    if has_line:
        columns.append(positions / max(float(np.ptp(positions)), 1.0))
    if beside is not None:
        columns.append(beside)
    if (positions >= 0).any():
        columns.append((positions >= 0).astype(float))
    return np.column_stack(columns)


def measure_step(
    positions: Array, values: Array, grain: str, season: bool, has_line: bool, beside: Array | None
) -> tuple[float, float, float, Array] | None:
    """Effect, variance, degrees of freedom, path without the step; None when the step depends linearly on the other regressors."""
    columns = build_columns(positions, grain, season, has_line, beside)
    rank = len(values) - columns.shape[1]
    if rank < 3 or np.linalg.matrix_rank(columns) < columns.shape[1] or np.ptp(values) == 0:
        return None
    solve = np.linalg.pinv(columns)
    coefficients = solve @ values
    contrast = solve[-1]
    free = null_space(columns.T)
    scores = free.T @ values
    variances, logs = [], []
    for covariance in list_covariances(positions, grain):
        inner = free.T @ covariance @ free
        square = float(scores @ np.linalg.solve(inner, scores))
        logs.append(-0.5 * np.linalg.slogdet(inner)[1] - 0.5 * rank * np.log(max(square, 1e-300)))
        variances.append(square / rank * float(contrast @ covariance @ contrast))
    weights = np.exp(np.array(logs) - max(logs))
    weights /= weights.sum()
    own = float(weights @ np.array(variances))
    freedom = float(match_freedom(weights[None], np.array(variances)[None], np.array([own]), rank)[0])
    expected = columns[:, :-1] @ coefficients[:-1]
    return float(coefficients[-1]), own, freedom, np.asarray(expected)


def list_covariances(positions: Array, grain: str) -> list[Array]:
    """Noise models: independent periods, and autocorrelated noise in several strengths and shares."""
    white = np.eye(len(positions))
    kernels = [build_kernel(name, positions, grain) for name in MEMORIES]
    kernels = [kernel / kernel[0, 0] for kernel in kernels]
    return [white, *((1 - mix) * white + mix * kernel for kernel in kernels for mix in MIXES[1:])]


def prefers_line(positions: Array, values: Array, grain: str, season: bool, beside: Array | None) -> bool:
    """True when a common line improves the Bayesian information criterion under the best noise model."""
    best = []
    for has_line in (False, True):
        columns = build_columns(positions, grain, season, has_line, beside)
        if np.linalg.matrix_rank(columns) < columns.shape[1] or len(values) - columns.shape[1] < 3:
            return False
        scores = []
        for covariance in list_covariances(positions, grain):
            root = np.linalg.cholesky(covariance)
            left, right = np.linalg.solve(root, columns), np.linalg.solve(root, values)
            residual = right - left @ np.linalg.lstsq(left, right, rcond=None)[0]
            scores.append(len(values) * np.log((residual**2).sum() + 1e-300) + 2 * np.log(np.diag(root)).sum())
        best.append(min(scores) + has_line * np.log(len(values)))
    return bool(best[1] < best[0])
