"""Simulated series whose volume, spread or level moves: daily answers, growing sums, months and years that drift, controls with own walks.

None of them holds a change unless a shift is planted. A seed fixes every value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semantic.effects.method.kernels import Array
from semantic.effects.simulation.worlds import BURN_IN, filter_ar

SCORE_VARIANCE = 0.66  # of one answer: promoters 45 %, detractors 25 %
SHARE = 0.3
VOLUMES = {
    "steady": (1.0, 1.0), "halved": (1.0, 0.5), "quartered": (1.0, 0.25), "to a tenth": (1.0, 0.1), "doubled": (0.5, 1.0),
    "fourfold": (0.25, 1.0), "to a quarter over 90 days": (1.0, 0.25), "every other week a quarter": (1.0, 1.0),
}  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """Answers a day (at the highest), how their number moves, and what they are: `score`, `share` or `mean`."""

    daily: float
    volume: str
    figure: str = "score"

    @property
    def variance(self) -> float:
        """Variance of one answer."""
        return {"score": SCORE_VARIANCE, "share": SHARE * (1 - SHARE), "mean": 1.0}[self.figure]

    def list_rates(self, days: int, after: int) -> Array:
        """Answers expected on each day; the first `days` are before the change."""
        day = np.arange(days + after)
        first, last = VOLUMES[self.volume]
        if "over 90 days" in self.volume:
            return np.asarray(self.daily * (first + (last - first) * np.clip((day - days + 60) / 90, 0, 1)))
        if "every other week" in self.volume:
            return self.daily * np.where((day - days) // 7 % 2, 0.25, 1.0)
        return self.daily * np.where(day < days, first, last)

    def draw(self, generator: np.random.Generator, series: int, days: int, after: int, shift: float) -> tuple[Array, Array]:
        """Daily numerators and denominators (series x days); the shift is planted from the change on."""
        rates = np.broadcast_to(self.list_rates(days, after), (series, days + after))
        lift = shift * (np.arange(days + after) >= days)
        counts = generator.poisson(rates)
        if self.figure == "share":
            return generator.binomial(counts, np.clip(SHARE + lift, 0, 1)).astype(float), counts.astype(float)
        if self.figure == "mean":
            # sums of values with a long tail: gamma with a standard deviation as long as the mean
            sums = generator.standard_gamma(np.maximum(counts, 1e-9)) * (counts > 0)
            return sums + lift * counts, counts.astype(float)
        promoters = generator.binomial(counts, np.clip(0.45 + lift / 2, 0.01, 0.98))
        detractors = generator.binomial(counts - promoters, np.clip((0.25 - lift / 2) / (0.55 - lift / 2), 0.0, 1.0))
        return (promoters - detractors).astype(float), counts.astype(float)


@dataclass(frozen=True)
class Growth:
    """A sum per day that grows by a share a year; noise in proportion to the level, or the same throughout."""

    rate: float
    in_proportion: bool
    spread: float = 0.15

    def draw(self, generator: np.random.Generator, series: int, days: int, after: int, shift: float) -> tuple[Array, Array]:
        """Daily values and ones (series x days); from the change on, the values are higher by the share `shift` of their level."""
        day = np.arange(days + after)
        noise = self.spread * filter_ar(generator.standard_normal((series, days + after + BURN_IN)), (0.3,))
        planted = 1 + shift * (day >= days)
        if self.in_proportion:
            values = 100 * np.exp(np.log1p(self.rate) * day / 365 + noise) * planted
        else:
            values = 100 * ((1 + self.rate * day / 365) * planted + noise)
        return values, np.ones_like(values)


@dataclass(frozen=True)
class Drift:
    """Periods of noise 1 with memory, on a random walk and a line (steps and slope per period)."""

    name: str
    memory: float
    walk: float
    slope: float

    def draw(self, generator: np.random.Generator, series: int, periods: int) -> Array:
        """Values (series x periods)."""
        noise = filter_ar(generator.standard_normal((series, periods + BURN_IN)), (self.memory,))
        wander = self.walk * generator.standard_normal((series, periods)).cumsum(axis=1)
        return np.asarray(noise + wander + self.slope * np.arange(periods))

    def covary(self, periods: int) -> Array:
        """Covariance of the periods; the line counts as one of unknown slope."""
        place = np.arange(periods)
        lags = np.abs(np.subtract.outer(place, place)).astype(float)
        line = 1e4 if self.slope else 0.0
        walk = self.walk**2 * (np.minimum.outer(place, place) + 1)
        return np.asarray(self.memory**lags + walk + line * np.outer(place, place) / periods**2)


DRIFTS = (
    Drift("memory .5", 0.5, 0.0, 0.0), Drift("memory .5 and line", 0.5, 0.0, 0.16), Drift("walk", 0.0, 0.4, 0.0),
    Drift("walk and line", 0.0, 0.4, 0.16), Drift("large walk and line", 0.0, 1.0, 0.3),
)  # fmt: skip


def draw_beside(generator: np.random.Generator, controls: int, periods: int, walk: float, noise: float) -> tuple[Array, Array]:
    """A series (periods) and controls (C x periods) on one random walk, each with noise and a walk of its own."""
    shared = 100 + 1.5 * generator.standard_normal(periods).cumsum()
    own = walk * generator.standard_normal((controls + 1, periods)).cumsum(axis=1)
    values = shared + own + noise * generator.standard_normal((controls + 1, periods))
    return values[0], values[1:]
