"""Other methods on the same series (t-test, segmented regression, structural model), and the power of the best possible test.

Daily values are N x days with the change before column `start`; weeks are N x (n + m). Each returns effect and p, arrays of length N.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.special import ndtr, stdtr

from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import compare_noise
from semantic.effects.method.structural import fit_steps

DAYS_BESIDE = 28


def compare_means(values: Array, start: int) -> tuple[Array, Array]:
    """Student's t-test of the 28 days before against the days after."""
    from scipy.stats import ttest_ind  # takes half a second to import, and most builds compare nothing anew

    before, after = values[:, start - DAYS_BESIDE : start], values[:, start:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a series without any scatter has no p-value, which is then unknown
        found = ttest_ind(after, before, axis=1)
    return after.mean(axis=1) - before.mean(axis=1), np.asarray(found.pvalue)


def regress_segments(values: Array, start: int) -> tuple[Array, Array]:
    """Level, line and step on all days, with Newey-West errors (Bartlett weights, lags by 4 (T / 100)^(2/9))."""
    days = values.shape[1]
    line = np.arange(days) - start
    columns = np.column_stack([np.ones(days), line / days, line >= 0])
    solve = np.linalg.pinv(columns)
    coefficients = values @ solve.T
    scores = (values - coefficients @ columns.T) * solve[2]
    lags = int(4 * (days / 100) ** (2 / 9))
    variance = (scores**2).sum(axis=1)
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (scores[:, lag:] * scores[:, :-lag]).sum(axis=1)
    effect = coefficients[:, 2]
    ratio = np.abs(effect) / np.sqrt(np.maximum(variance, 1e-300))
    return effect, np.asarray(2 * stdtr(days - 3, -ratio))


def fit_structure(weeks: Array, n: int, noise: Array | None = None) -> tuple[Array, Array]:
    """A random-walk level with noise and a step at week n, by exact maximum likelihood. Empty weeks hold the mean of their series.

    `noise` (N x weeks) is the sampling variance of each week; without it, all are equally exact.
    """
    found = fit_steps(weeks, np.arange(weeks.shape[1], dtype=float) - n, noise=None if noise is None else compare_noise(weeks, noise, n))
    return found.effect, found.p


def know_everything(covariance: Array, start: int, shift: float) -> float:
    """Power at the 5 % level of a test that knows the covariance of the days (days x days) but not their level."""
    after = np.zeros(len(covariance))
    after[start:] = 1 / (len(covariance) - start)
    past = covariance[:start, :start]
    cross = covariance[:start] @ after
    solved = np.linalg.solve(past, np.column_stack([cross, np.ones(start)]))
    lost = 1 - cross @ solved[:, 1]
    variance = after @ covariance @ after - cross @ solved[:, 0] + lost**2 / solved[:, 1].sum()
    reach = shift / np.sqrt(variance)
    return float(ndtr(reach - 1.96) + ndtr(-1.96 - reach))
