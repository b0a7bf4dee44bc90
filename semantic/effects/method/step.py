"""The step between two levels, for series on which the averaged forecast cannot work (few periods before, or as many after as before).

The estimate is the mean after minus the mean before, without a common line and monthly levels where these are fitted. Its margin allows
for autocorrelation, averaged over noise models. Arrays hold one series (length n + m).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import brentq
from scipy.special import ndtri, stdtr, stdtrit

from semantic.effects.method.estimates import GATE_FLOOR, GATE_WORTH, PLACEBOS
from semantic.effects.method.forecast import match_freedom
from semantic.effects.method.kernels import Array, build_kernel, build_regressors, scale_of
from semantic.effects.method.prior import MIXES

MEMORIES = ("ar_a", "ar_b", "ar_c", "ar_d")
WALK_PRIOR = 0.7  # prior probability of a random walk over that of another noise model
DRIFT_LEVEL = 0.1  # a line whose p-value is below this is a drift
FEWEST_BESIDE = 6  # fewest periods on either side of a placebo date


@dataclass(frozen=True)
class Tails:
    """Distribution of a miss: shares of t distributions, each with its standard error and degrees of freedom."""

    parts: tuple[tuple[float, float, float], ...]

    def widen(self, factor: float) -> Tails:
        """With standard errors larger by a factor."""
        return Tails(tuple((share, se * factor, freedom) for share, se, freedom in self.parts))

    def exceed(self, size: float) -> float:
        """Probability of a miss above `size`."""
        return float(sum(share * stdtr(freedom, -size / se) for share, se, freedom in self.parts))

    def reach(self, chance: float) -> float:
        """The size that a miss exceeds with this probability, below one half."""
        ends = [se * float(stdtrit(freedom, 1 - chance)) for share, se, freedom in self.parts if share > 0]
        if len(ends) == 1:
            return ends[0]
        return float(brentq(lambda size: self.exceed(size) - chance, 0.999 * min(ends), 1.001 * max(ends), rtol=1e-9))


@dataclass(frozen=True)
class Step:
    """The step, the distribution of its miss, scores at placebo dates, the path without the step; whether it has a line."""

    effect: float
    tails: Tails
    scores: Array
    expected: Array
    has_line: bool

    @property
    def p(self) -> float:
        """Two-sided p-value."""
        return 2 * self.tails.exceed(abs(self.effect))

    @property
    def margin(self) -> float:
        """Half of the 95 % margin."""
        return self.tails.reach(0.025)

    @property
    def visible(self) -> float:
        """The smallest step that is seen in 80 of 100 cases."""
        return self.margin + self.tails.reach(0.2)

    @property
    def score(self) -> float:
        """The normal score of the step."""
        return score_tails(self.effect, self.tails)


def judge_step(
    positions: Array, values: Array, grain: str, *, season: bool = False, beside: Array | None = None, has_line: bool | None = None,
    wanders: bool = False,
) -> Step | None:  # fmt: skip
    """The step at position 0; None with fewer than three degrees of freedom. `beside` is a control that enters with a fitted slope.

    `has_line`: whether a common line is removed; with None, an information criterion decides. `wanders`: random walks are among the noise
    models.
    """
    if has_line is None:
        has_line = prefers_line(positions, values, grain, season, beside)
    found = measure_step(positions, values, grain, season, has_line, beside, wanders)
    if found is None:
        return None
    effect, tails, expected = found
    past = positions < 0
    scores = []
    for origin in list_origins(positions[past]):
        try_beside = None if beside is None else beside[past]
        earlier = measure_step(positions[past] - origin, values[past], grain, season, has_line, try_beside, wanders)
        if earlier is not None:
            scores.append(score_tails(earlier[0], earlier[1]))
    placebos = np.array(scores)
    factor = max(GATE_FLOOR, (GATE_WORTH + (placebos**2).sum()) / (GATE_WORTH + len(placebos)))
    return Step(effect, tails.widen(float(np.sqrt(factor))), placebos, expected, has_line)


def score_tails(effect: float, tails: Tails) -> float:
    """A miss as normal score: the normal quantile of the miss in its distribution."""
    return float(-np.sign(effect) * ndtri(min(max(tails.exceed(abs(effect)), 1e-12), 0.5)))


def list_origins(past: Array) -> list[float]:
    """Placebo dates with enough periods on both sides, evenly spread."""
    inner = past[FEWEST_BESIDE : len(past) - FEWEST_BESIDE + 1]
    if len(inner) <= PLACEBOS:
        return list(inner)
    return [float(inner[i]) for i in np.linspace(0, len(inner) - 1, PLACEBOS).astype(int)]


def build_columns(positions: Array, grain: str, season: bool, has_line: bool, beside: Array | None) -> Array:
    """Regressors; the last one is the step, when the date lies within the periods."""
    columns = [column for column in build_regressors(positions, grain, season).T if column.any()]
    if has_line:
        columns.append(positions / max(float(np.ptp(positions)), 1.0))
    if beside is not None:
        columns.append(beside)
    if (positions >= 0).any():
        columns.append((positions >= 0).astype(float))
    return np.column_stack(columns)


def measure_step(
    positions: Array, values: Array, grain: str, season: bool, has_line: bool, beside: Array | None, wanders: bool = False
) -> tuple[float, Tails, Array] | None:
    """Effect, distribution of its miss, path without the step; None when the step depends linearly on the other regressors.

    Without a period at or after 0 the effect is the slope of the line, over all periods.

    Random walks are a part of the distribution of their own: their variance is so much larger that a mean of all would be that of none.
    """
    columns = build_columns(positions, grain, season, has_line, beside)
    rank = len(values) - columns.shape[1]
    if rank < 3 or np.linalg.matrix_rank(columns) < columns.shape[1] or np.ptp(values) == 0:
        return None
    solve = np.linalg.pinv(columns)
    coefficients = solve @ values
    contrast = solve[-1]
    free = null_space(columns.T)
    scores = free.T @ values

    def rate(covariances: list[Array]) -> tuple[Array, Array]:
        variances, logs = [], []
        for covariance in covariances:
            inner = free.T @ covariance @ free
            square = float(scores @ np.linalg.solve(inner, scores))
            logs.append(-0.5 * np.linalg.slogdet(inner)[1] - 0.5 * rank * np.log(max(square, 1e-300)))
            variances.append(square / rank * float(contrast @ covariance @ contrast))
        return np.array(variances), np.array(logs)

    groups = [(1.0, *rate(list_covariances(positions, grain)))]
    if wanders:
        groups.append((WALK_PRIOR, *rate(list_walks(positions, grain))))
    top = max(logs.max() for _, _, logs in groups)
    parts = []
    for prior, variances, logs in groups:
        weights = np.exp(logs - top)
        share = prior * float(weights.sum())
        weights /= weights.sum()
        own = float(weights @ variances)
        parts.append((share, np.sqrt(own), float(match_freedom(weights[None], variances[None], np.array([own]), rank)[0])))
    whole = sum(share for share, _, _ in parts)
    expected = columns[:, :-1] @ coefficients[:-1]
    return float(coefficients[-1]), Tails(tuple((share / whole, float(se), freedom) for share, se, freedom in parts)), np.asarray(expected)


def is_drifting(positions: Array, values: Array, grain: str, *, season: bool) -> bool:
    """True when a line through these periods, all before the change, is seen beyond what random walks do, which look like lines."""
    found = measure_step(positions, values, grain, season, True, None, wanders=True)
    return found is not None and 2 * found[1].exceed(abs(found[0])) < DRIFT_LEVEL


def list_covariances(positions: Array, grain: str) -> list[Array]:
    """Noise models: independent periods, and autocorrelated noise in several strengths and shares."""
    white = np.eye(len(positions))
    kernels = [build_kernel(name, positions, grain) for name in MEMORIES]
    kernels = [kernel / kernel[0, 0] for kernel in kernels]
    return [white, *((1 - mix) * white + mix * kernel for kernel in kernels for mix in MIXES[1:])]


def list_walks(positions: Array, grain: str) -> list[Array]:
    """Random walks (covariances up to a level) with independent noise in several shares."""
    walk = build_kernel("walk", positions, grain)
    return [(1 - mix) * np.eye(len(positions)) + mix * walk / scale_of(walk) for mix in MIXES[1:]]


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
