"""Noise models of a series of periods: covariances of whole weeks, months or years, and the family of forecasts they give.

Positions are whole numbers of periods counted from the change: -n … -1 before, 0 … m-1 after. Variances are in units of the series squared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.prior import KERNELS, LONG_FROM, LONG_KERNELS, LONG_SHARE, MIXES, PRIORS

Array = NDArray[np.float64]
YEAR = {"week": 52.1775, "month": 12.0, "quarter": 4.0, "year": 1.0, "day": 365.2425}
SEASONS = {"month": 12, "quarter": 4}  # grains that may have a level per period of the year
# daily memory pooled to weeks; memory from period to period otherwise
MEMORY = {"ar_a": (0.6, 0.3), "ar_b": (0.8, 0.6), "ar_c": (0.9, 0.8), "ar_d": (0.95, 0.9), "ar_e": (0.98, 0.97)}
NARROW_FROM_YEARS = 1.9
LONG_GRAINS = ("month", "quarter", "year")
NOT_LEARNED = (0.0002,) * len(MIXES)  # prior of a kernel that was not learned: a history so short cannot distinguish it from others


@dataclass(frozen=True)
class Family:
    """The part of the forecast that does not depend on values; shared by all series of one pattern of periods.

    `bases[k]` (n x q) turns a series into independent contrasts of kernel k, regressors removed; `inverse[k]` and `gains[k]` (q x w)
    and `logdet`, `spread` (k x w) belong to kernel k mixed with white noise in share MIXES[w]. `periods` is m, the number after.
    """

    level: Array
    bases: tuple[Array, ...]
    inverse: tuple[Array, ...]
    gains: tuple[Array, ...]
    logdet: Array
    spread: Array
    prior: Array
    rank: int
    periods: int


def average_ar(lags: Array, memory: float) -> Array:
    """Covariance of means of seven days with daily correlation memory^lag, at lags in weeks."""
    days = np.arange(7)
    gaps = np.abs(7 * np.abs(lags)[..., None, None] + days[:, None] - days[None, :])
    return np.asarray((memory**gaps).mean(axis=(-2, -1)))


def build_kernel(name: str, positions: Array, grain: str) -> Array:
    """Covariance of the periods, up to a constant and a scale factor (the level is always removed before use)."""
    if "+" in name:
        parts = [build_kernel(part, positions, grain) for part in name.split("+")]
        return np.sum([part / scale_of(part) for part in parts], axis=0)
    lags = positions[:, None] - positions[None, :]
    if name in MEMORY:
        daily, plain = MEMORY[name]
        if grain == "week":
            values = average_ar(np.arange(float(np.abs(lags).max()) + 1), daily)
            return values[np.abs(lags).astype(int)]
        return np.asarray(plain ** np.abs(lags))
    if name == "walk":
        return -np.abs(lags) / 2
    if name == "trend":
        return np.outer(positions, positions)
    width = {"year": 1.0, "narrow": 0.3}[name]
    return np.asarray(np.exp(-2 * np.sin(np.pi * lags / YEAR[grain]) ** 2 / width**2))


def scale_of(kernel: Array) -> float:
    """Mean variance of the periods around their own mean under a kernel."""
    n = len(kernel)
    return float((np.trace(kernel) - kernel.sum() / n) / max(n - 1, 1))


def build_regressors(positions: Array, grain: str, season: bool) -> Array:
    """Regressors per period (n x c): a level, or a level per month or quarter of the year."""
    if season and grain in SEASONS:
        return np.column_stack([(positions % SEASONS[grain] == part).astype(float) for part in range(SEASONS[grain])])
    return np.ones((len(positions), 1))


def list_kernels(span: float, grain: str) -> list[str]:
    """Kernels that can be used with a history of this many periods; yearly shapes need a year, narrow ones nearly two."""
    years = span / YEAR[grain]
    kept = []
    for name in KERNELS:
        yearly = "year" in name or "narrow" in name
        if yearly and (grain in LONG_GRAINS or years < (NARROW_FROM_YEARS if "narrow" in name else 0.9)):
            continue
        kept.append(name)
    return [*kept, "walk+trend"] if grain in LONG_GRAINS else kept


def choose_prior(names: list[str], n: int, grain: str = "week") -> Array:
    """The prior over these kernels and MIXES for a history of n periods, interpolated in log(n) between the learned lengths.

    For months, quarters and years a fixed part is spread over noise that wanders, drifts or remembers for long.
    """
    lengths = sorted(PRIORS)
    place = float(np.interp(np.log(n), np.log(lengths), range(len(lengths))))
    low = min(int(place), len(lengths) - 2)
    share = place - low
    found = np.zeros((len(names), len(MIXES)))
    for length, part in ((lengths[low], 1 - share), (lengths[low + 1], share)):
        table = np.array([PRIORS[length].get(name, NOT_LEARNED) for name in names])
        found += part * table / table.sum()
    found /= found.sum()
    if grain in LONG_GRAINS:
        spread = np.array([LONG_KERNELS.get(name, 0.0) for name in names])[:, None] * (np.array(MIXES) >= LONG_FROM)
        found = (1 - LONG_SHARE) * found + LONG_SHARE * spread / spread.sum()
    return found


@lru_cache(maxsize=512)
def prepare_family(before: tuple[int, ...], after: tuple[int, ...], grain: str = "week", season: bool = False) -> Family:
    """The family of forecasts for these usable periods."""
    positions = np.array([*before, *after], dtype=float)
    n, m = len(before), len(after)
    regressors = build_regressors(positions, grain, season)
    past = regressors[:n]
    level = -(regressors[n:].mean(axis=0) @ np.linalg.pinv(past))
    left, values, _ = np.linalg.svd(past, full_matrices=True)
    contrasts = left[:, int((values > 1e-9).sum()) :]
    weights = np.concatenate([level, np.full(m, 1 / m)])
    mixes = np.array(MIXES)
    names = list_kernels(positions[-1] - positions[0] + 1, grain)
    bases, inverse, gains, logdet, spread = [], [], [], [], []
    for name in names:
        kernel = build_kernel(name, positions, grain)
        inner = contrasts.T @ kernel[:n, :n] @ contrasts
        scale = np.trace(inner) / len(inner)
        eigenvalues, vectors = np.linalg.eigh(inner / scale)
        basis = contrasts @ vectors
        covariance = basis.T @ (kernel[:n] / scale) @ weights
        total = weights @ (kernel / scale) @ weights
        inverted = 1 / ((1 - mixes) + mixes * np.maximum(eigenvalues, 0)[:, None])
        bases.append(basis)
        inverse.append(inverted)
        gains.append(mixes * covariance[:, None] * inverted)
        logdet.append(-np.log(inverted).sum(axis=0))
        spread.append((1 - mixes) * (weights @ weights) + mixes * total - ((mixes * covariance[:, None]) ** 2 * inverted).sum(axis=0))
    return Family(
        level=level, bases=tuple(bases), inverse=tuple(inverse), gains=tuple(gains), logdet=np.array(logdet),
        spread=np.maximum(np.array(spread), 1e-9), prior=choose_prior(names, n, grain), rank=contrasts.shape[1], periods=m,
    )  # fmt: skip
