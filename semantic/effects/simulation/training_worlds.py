"""Simulated KPIs to learn the prior on: thirteen kinds of noise, with new strengths for every fifty series.

The worlds of the calibration (`worlds.py`) have fixed strengths; here strengths are drawn from ranges, with other seeds. The noise of a
day has standard deviation 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from semantic.effects.method.kernels import Array
from semantic.effects.simulation.worlds import BURN_IN, correlate_ar, filter_ar

STATIONARY = 0.93  # largest sum of two coefficients of an autoregression


@dataclass(frozen=True)
class Part:
    """One source of noise: `draw(generator, series, days)` gives daily values, `covariance(days)` their covariance."""

    draw: Callable[[np.random.Generator, int, int], Array]
    covariance: Callable[[int], Array]


def remember(*coefficients: float, tails: float | None = None, size: float = 1.0) -> Part:
    """An autoregression of standard deviation `size`; with `tails` its shocks are t distributed with that many degrees of freedom."""

    def draw(generator: np.random.Generator, series: int, days: int) -> Array:
        shape = (series, days + BURN_IN)
        noise = generator.standard_normal(shape) if tails is None else generator.standard_t(tails, shape) * np.sqrt(1 - 2 / tails)
        return size * filter_ar(noise, coefficients)

    return Part(draw, lambda days: size**2 * correlate_ar(*coefficients)(days, days))


def wander(step: float) -> Part:
    """A random walk."""

    def covary(days: int) -> Array:
        past = np.arange(1, days + 1)
        return np.asarray(step**2 * np.minimum.outer(past, past))

    return Part(lambda generator, series, days: step * generator.standard_normal((series, days)).cumsum(axis=1), covary)


def climb(slope: float) -> Part:
    """A straight line with a slope of -`slope` to `slope` a year."""

    def draw(generator: np.random.Generator, series: int, days: int) -> Array:
        return np.asarray(generator.uniform(-slope, slope, (series, 1)) / 365 * np.arange(days))

    return Part(draw, lambda days: np.outer(np.arange(days), np.arange(days)) * (slope / 365) ** 2 / 3)


def wave(*heights: float) -> Part:
    """Waves with one, two … periods a year, each with a random phase."""

    def draw(generator: np.random.Generator, series: int, days: int) -> Array:
        angle = 2 * np.pi * np.arange(days) / 365.25
        waves = [h * np.sin((i + 1) * angle + generator.uniform(0, 2 * np.pi, (series, 1))) for i, h in enumerate(heights)]
        return np.asarray(sum(waves))

    def covary(days: int) -> Array:
        lags = 2 * np.pi * np.subtract.outer(np.arange(days), np.arange(days)) / 365.25
        return np.asarray(sum(h**2 / 2 * np.cos((i + 1) * lags) for i, h in enumerate(heights)))

    return Part(draw, covary)


def draw_kinds(generator: np.random.Generator) -> dict[str, tuple[Part, ...]]:
    """One member of every kind; its parts are summed."""
    between = generator.uniform
    first, second = between(0.1, 0.6), between(0.05, 0.45)
    over = max((first + second) / STATIONARY, 1.0)
    return {
        "independent days": (remember(),),
        "little memory": (remember(between(0.1, 0.45)),),
        "memory": (remember(between(0.45, 0.72)),),
        "much memory": (remember(between(0.72, 0.92)),),
        "memory of two days": (remember(first / over, second / over),),
        "slow level": (remember(), remember(between(0.93, 0.99), size=between(0.4, 1.0))),
        "memory on a slow level": (remember(between(0.1, 0.5)), remember(between(0.95, 0.99), size=between(0.3, 0.9))),
        "random walk": (remember(max(between(-0.4, 0.4), 0.0)), wander(between(0.012, 0.05))),
        "yearly wave": (remember(between(0, 0.5)), wave(between(0.4, 1.4))),
        "two waves a year": (remember(between(0, 0.5)), wave(between(0.4, 1.4), between(0.1, 0.5))),
        "line": (remember(between(0, 0.5)), climb(between(0.6, 2.5))),
        "line and wave": (remember(between(0, 0.5)), wave(between(0.3, 1.0)), climb(between(0.4, 1.5))),
        "heavy tails": (remember(between(0, 0.5), tails=float(generator.choice([4, 5, 6]))),),
    }
