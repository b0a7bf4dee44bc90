"""Whole periods around a start day: sums over weeks of seven days counted from it, and the scatter of days within them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semantic.effects.method.kernels import Array

WEEK = 7
SCATTER_WEEKS = 4
GUARD_ERRORS = 1.8  # standard errors beyond which a wider scatter is not chance


@dataclass(frozen=True)
class Weeks:
    """Pooled weeks of N series: `numerator`, `denominator` and `value` are N x (n + m), `n` of them before the start day.

    `scatter` is the mean square of days around their week, weekday pattern removed, in units of the value squared (N x (n + m)).
    """

    numerator: Array
    denominator: Array
    value: Array
    scatter: Array
    n: int

    @property
    def before(self) -> Array:
        """Values of the weeks before (N x n), oldest first."""
        return self.value[:, : self.n]

    @property
    def after(self) -> Array:
        """Values of the weeks after (N x m)."""
        return self.value[:, self.n :]


def pool_weeks(numerator: Array, denominator: Array, start: int, after: int = 4) -> Weeks:
    """Whole weeks from daily sums (N x days); column `start` is the first day after. Days of a broken week at the beginning are left out.

    A week without denominator has the value NaN.
    """
    n = start // WEEK
    m = min(after, (numerator.shape[1] - start) // WEEK)
    window = slice(start - n * WEEK, start + m * WEEK)
    tops = np.asarray(numerator, dtype=float)[:, window].reshape(len(numerator), n + m, WEEK)
    bottoms = np.asarray(denominator, dtype=float)[:, window].reshape(len(numerator), n + m, WEEK)
    top, bottom = tops.sum(axis=2), bottoms.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(bottom > 0, top / bottom, np.nan)
    return Weeks(top, bottom, value, measure_scatter(tops, bottoms, value, n), n)


def measure_scatter(tops: Array, bottoms: Array, value: Array, n: int) -> Array:
    """Mean square per week of weighted daily residuals, after removing the weekday pattern of the weeks before.

    A day without denominator tells nothing; a week with fewer than two days that do has no scatter (NaN).
    """
    residual = tops - np.nan_to_num(value)[..., None] * bottoms
    mass = np.maximum(bottoms[:, :n].sum(axis=1), 1e-12)
    weekday = residual[:, :n].sum(axis=1) / mass
    residual = residual - weekday[:, None, :] * bottoms
    is_known = bottoms > 0
    squares = np.where(is_known, residual**2 / np.where(is_known, bottoms, 1.0), 0.0).sum(axis=2)
    days = is_known.sum(axis=2)
    return np.asarray(np.where(days > 1, squares / np.maximum(days - 1, 1), np.nan))


def measure_noise(value: Array, denominator: Array, scatter: Array | None, n: int) -> Array:
    """Sampling variance of each period (N x (n + m)), in units of the value squared.

    The sampling variance of a ratio or mean is in proportion to 1 / denominator; the scatter of days within the weeks before says how large
    it is for a denominator of 1. Without a scatter it is not known: then half the mean squared difference of neighbouring periods, which is
    the variance not passed on, counts as sampling where a period holds less than usual; a period that holds more counts as a usual one.
    Periods without a value count as usual ones.
    """
    known = np.isfinite(value) & (denominator > 0)
    inverse = np.where(known, 1 / np.where(known, denominator, 1.0), np.nan)
    usual = mean_known(inverse[:, :n])
    with np.errstate(invalid="ignore"):
        inverse = np.where(known & np.isfinite(usual), inverse, usual)
        if scatter is None:
            found = compare_neighbours(np.where(known, value, np.nan)[:, :n]) * np.maximum(inverse / usual, 1.0)
        else:
            found = mean_known(np.where(known, scatter, np.nan)[:, :n]) * inverse
    return np.where(np.isfinite(found), found, 0.0)


def find_usual_scatter(scatter: Array) -> Array:
    """The median scatter per row (N x 1) of the weeks that have one; 0 for a row without any."""
    known = np.where(np.isfinite(scatter).any(axis=1, keepdims=True), scatter, 0.0)
    return np.asarray(np.nanmedian(known, axis=1, keepdims=True))


def compare_neighbours(value: Array) -> Array:
    """Half the mean squared difference of neighbouring periods (N x 1): the variance that is not passed on from period to period."""
    return np.asarray(mean_known(np.diff(value, axis=1) ** 2) / 2)


def compare_noise(value: Array, noise: Array, n: int) -> Array:
    """White noise of each period over its mean in the periods before (N x (n + m)), from its sampling variance (N x (n + m)).

    What sampling does not explain of the variance between neighbours is the same in every period.
    """
    usual = noise[:, :n].mean(axis=1, keepdims=True)
    white = np.maximum(np.nan_to_num(compare_neighbours(value[:, :n])), usual)
    return 1 + (noise - usual) / np.where(white > 0, white, 1.0)


def mean_known(values: Array) -> Array:
    """The mean per row (N x 1) of the values that are known; NaN for a row without any."""
    known = np.isfinite(values)
    count = known.sum(axis=1, keepdims=True)
    return np.asarray(np.where(known, values, 0.0).sum(axis=1, keepdims=True) / np.where(count > 0, count, np.nan))


def guard_spread(scatter: Array, n: int, m: int) -> Array:
    """Factor per series (N, at least 1) by which the recent scatter of days exceeds the earlier one; 1 when that may be chance.

    Recent weeks are the weeks after with the last four before, or the weeks after alone, whichever gives the larger factor. Mean logarithms
    of the weeks' scatter are compared, so that heavy tails make the comparison less certain and do not trigger it.
    """
    if n <= 2 * SCATTER_WEEKS or m < 1:
        return np.ones(len(scatter))
    scatter = np.where((scatter > 0).any(axis=1, keepdims=True), scatter, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        still = ~(scatter > 0)
        # nanmedian is slow, so it is used only when some weeks have no scatter
        middle = np.nanmedian(np.where(still, np.nan, scatter), axis=1) if still.any() else np.median(scatter, axis=1)
        middle = middle[:, None]
        logs = np.log(np.maximum(np.nan_to_num(scatter), 0.05 * np.nan_to_num(middle, nan=1.0)) + 1e-300)
    factors = np.ones(len(scatter))
    for first in (n - SCATTER_WEEKS, n):
        early, late = logs[:, :first], logs[:, first:]
        gap = late.mean(axis=1) - early.mean(axis=1)
        error = np.sqrt(early.var(axis=1, ddof=1) * (1 / early.shape[1] + 1 / late.shape[1]))
        factors = np.maximum(factors, np.where(gap > GUARD_ERRORS * error, np.exp(gap), 1.0))
    return factors
