"""95 % intervals of KPI values, exact where the warehouse's SQL approximates: the second method the tests compare with.

Shapes are broadcast as by NumPy; every function returns (lower, upper) in the value's own unit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri, stdtrit

Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]
Z95 = float(ndtri(0.975))


def wilson(numerator: ArrayLike, denominator: ArrayLike) -> Bounds:
    """Score interval of a share in 0 to 1 (Wilson 1927). `denominator` > 0."""
    count, total = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    share, square = count / total, Z95**2 / total
    centre = (share + square / 2) / (1 + square)
    half = Z95 * np.sqrt(share * (1 - share) / total + square / (4 * total)) / (1 + square)
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)


def nps_adjusted(promoters: ArrayLike, detractors: ArrayLike, answers: ArrayLike) -> Bounds:
    """Adjusted Wald interval of the net promoter score in points (Rocks 2016): 0.75 more of each, 3 more answers, within -100 to 100."""
    total = np.asarray(answers, dtype=float) + 3
    up, down = (np.asarray(promoters, dtype=float) + 0.75) / total, (np.asarray(detractors, dtype=float) + 0.75) / total
    half = Z95 * np.sqrt((up + down - (up - down) ** 2) / total)
    return np.clip(100 * (up - down - half), -100.0, 100.0), np.clip(100 * (up - down + half), -100.0, 100.0)


def student_t(total: ArrayLike, total_sq: ArrayLike, n: ArrayLike) -> Bounds:
    """Interval of a mean from sum, sum of squares and count. `n` > 1."""
    sums, squares, count = (np.asarray(values, dtype=float) for values in (total, total_sq, n))
    mean = sums / count
    variance = np.maximum(0.0, squares - count * mean**2) / (count - 1)
    half = stdtrit(count - 1, 0.975) * np.sqrt(variance / count)
    return mean - half, mean + half


def poisson_rate(events: ArrayLike, exposure: ArrayLike) -> Bounds:
    """Exact interval of a rate (Garwood 1936). `exposure` > 0."""
    count, base = np.asarray(events, dtype=float), np.asarray(exposure, dtype=float)
    lower = np.where(count > 0, gammaincinv(np.maximum(count, 0.5), 0.025), 0.0)
    return lower / base, gammaincinv(count + 1, 0.975) / base
