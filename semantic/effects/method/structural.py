"""The structural model: a random-walk level with noise and a step, by exact maximum likelihood for many series at once.

The level is a random walk with an unknown start. Over all contrasts without a level the covariance is s^2 (I + q K). The eigenvectors
of the random walk's K are the same for every series of one pattern of periods, so one line search over q finds the maximum. Where periods
hold different amounts, I becomes diagonal with the noise of each period; every series then has eigenvectors of its own.
statsmodels' UnobservedComponents(level="llevel") with the step as regressor is the same model (tests/semantic/test_structural.py).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.special import ndtr

from semantic.effects.method.kernels import Array

# variance of the level's steps over the variance of the noise
RATIOS = np.concatenate([[0.0], np.logspace(-6, 5, 45)])
REFINEMENTS = 40
GOLDEN = (np.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class StepFit:
    """Per series the step with its standard error and two-sided p (normal), log likelihood, both variances, all slopes (N x r)."""

    effect: Array
    error: Array
    p: Array
    log_likelihood: Array
    noise: Array
    level: Array
    slopes: Array

    @property
    def lower(self) -> Array:
        """Lower end of the 95 % margin."""
        return np.asarray(self.effect - 1.959964 * self.error)

    @property
    def upper(self) -> Array:
        """Upper end of the 95 % margin."""
        return np.asarray(self.effect + 1.959964 * self.error)


@dataclass(frozen=True)
class _Contrasts:
    """Series (N x q), regressors (q x r, the step last) and eigenvalues (q), all without a level."""

    values: Array
    regressors: Array
    roots: Array


def fit_steps(values: Array, positions: Array, beside: Array | None = None, noise: Array | None = None) -> StepFit:
    """Fit N series (N x periods) that share their positions (0 is the first period after) and further regressors (periods x r).

    `noise` (N x periods) is the variance of the noise in each period over that of a usual one; without it, all are equal.
    """
    values, positions = np.asarray(values, dtype=float), np.asarray(positions, dtype=float)
    if noise is None:
        return search_ratio(remove_level(values, positions, beside))
    found = [search_ratio(remove_level(row[None], positions, beside, each)) for row, each in zip(values, noise, strict=True)]
    fit = StepFit(*(np.concatenate([getattr(each, field.name) for each in found]) for field in fields(StepFit)))
    return replace(fit, log_likelihood=fit.log_likelihood - 0.5 * np.log(noise).sum(axis=1))


def search_ratio(contrasts: _Contrasts) -> StepFit:
    """The maximum of the likelihood over the ratio of both variances: a grid, then golden sections."""
    count = len(contrasts.values)
    grid = np.stack([rate_ratio(contrasts, np.full(count, ratio))[0] for ratio in RATIOS])
    best = grid.argmax(axis=0)
    low = np.log(np.maximum(RATIOS[np.maximum(best - 1, 0)], 1e-9))
    high = np.log(np.maximum(RATIOS[np.minimum(best + 1, len(RATIOS) - 1)], 1e-9))
    for _ in range(REFINEMENTS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        is_left = rate_ratio(contrasts, np.exp(left))[0] > rate_ratio(contrasts, np.exp(right))[0]
        low, high = np.where(is_left, low, left), np.where(is_left, right, high)
    ratio = np.exp((low + high) / 2)
    ratio = np.where(grid[0] >= rate_ratio(contrasts, ratio)[0], 0.0, ratio)
    log_likelihood, slopes, error, noise = rate_ratio(contrasts, ratio)
    effect = slopes[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * ndtr(-np.abs(effect) / error)
    return StepFit(effect, error, np.asarray(p), log_likelihood, noise, noise * ratio, slopes)


def remove_level(values: Array, positions: Array, beside: Array | None, noise: Array | None = None) -> _Contrasts:
    """Contrasts without the level, in which the random walk's steps are independent. Periods are over the deviation of their noise."""
    count = len(positions)
    weight = np.ones(count) if noise is None else 1 / np.sqrt(noise)
    walk = (np.minimum.outer(positions, positions) - positions.min()) * np.outer(weight, weight)
    basis, _ = np.linalg.qr(np.column_stack([weight, np.eye(count)[:, 1:]]))
    free = basis[:, 1:]
    roots, vectors = np.linalg.eigh(free.T @ walk @ free)
    turn = free @ vectors
    step = (positions >= 0).astype(float)
    regressors = step[:, None] if beside is None else np.column_stack([beside, step])
    turn = weight[:, None] * turn
    return _Contrasts(values @ turn, turn.T @ regressors, np.maximum(roots, 0.0))


def rate_ratio(contrasts: _Contrasts, ratio: Array) -> tuple[Array, Array, Array, Array]:
    """Log likelihood at a ratio per series (N), the slopes there, the step's standard error, and the variance of the noise."""
    spread = 1 + ratio[:, None] * contrasts.roots
    weights = 1 / spread
    regressors, values = contrasts.regressors, contrasts.values
    normal = np.einsum("nq,qr,qs->nrs", weights, regressors, regressors)
    cross = np.einsum("nq,qr,nq->nr", weights, regressors, values)
    inverse = np.linalg.inv(normal)
    slopes = np.einsum("nrs,ns->nr", inverse, cross)
    rest = np.maximum((weights * values**2).sum(axis=1) - (slopes * cross).sum(axis=1), 1e-300)
    count = values.shape[1]
    noise = rest / count
    log_likelihood = -0.5 * (np.log(spread).sum(axis=1) + count * (np.log(2 * np.pi * noise) + 1))
    return log_likelihood, slopes, np.sqrt(noise * inverse[:, -1, -1]), noise
