"""How well scores separate customers who stayed from those who left: the area under the ROC curve, with DeLong's interval.

DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845; calculated with mid-ranks as in Sun and Xu (2014), IEEE Signal Processing
Letters 21, 1389-1393, which takes n log n steps instead of one per pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semantic.value.likelihood import NORMAL_95


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Areas:
    """Areas of several scores of the same customers, and the covariance of their errors."""

    values: np.ndarray
    covariance: np.ndarray

    def estimate(self, place: int) -> Estimate:
        """One area; its interval is cut at 0 and 1."""
        reach = NORMAL_95 * float(np.sqrt(self.covariance[place, place]))
        value = float(self.values[place])
        return Estimate(value, max(0.0, value - reach), min(1.0, value + reach))

    def compare(self, place: int, other: int) -> Estimate:
        """The area at `place` minus the area at `other`, as a paired difference."""
        spread = self.covariance[place, place] + self.covariance[other, other] - 2 * self.covariance[place, other]
        reach = NORMAL_95 * float(np.sqrt(max(spread, 0.0)))
        value = float(self.values[place] - self.values[other])
        return Estimate(value, value - reach, value + reach)


def measure_areas(scores: np.ndarray, outcomes: np.ndarray) -> Areas:
    """`scores`: one row per score, one column per customer, none unknown. At least two customers of either outcome are needed."""
    scores, stayed = np.atleast_2d(np.asarray(scores, dtype=float)), np.asarray(outcomes, dtype=bool)
    ones, others = scores[:, stayed], scores[:, ~stayed]
    m, n = ones.shape[1], others.shape[1]
    if min(m, n) < 2:
        raise ValueError(f"{m} stayed and {n} left; at least two of either are needed to tell them apart")
    # not above: it takes half a second to import, and a day that keeps its fitted model needs none of it
    from scipy.stats import rankdata

    ranks = rankdata(np.hstack([ones, others]), axis=1)
    # per customer: the share of customers with the other outcome that the score orders correctly
    above = (ranks[:, :m] - rankdata(ones, axis=1)) / n
    below = 1 - (ranks[:, m:] - rankdata(others, axis=1)) / m
    covariance = np.atleast_2d(np.cov(above)) / m + np.atleast_2d(np.cov(below)) / n
    return Areas(above.mean(axis=1), covariance)
